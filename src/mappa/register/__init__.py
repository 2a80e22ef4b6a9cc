"""The register as a stock-flow model: the law as data, cohorts, kernels, calibration, what-ifs.

A person enters the community stock on sentence (or on release from custody) and leaves it when
the term of notification runs out, on death or on a review of indefinite registration. The stock
on a date is the sum over the cohorts of sentence,

    S(t) = (1 - alpha) sum_c sum_k n_k(c) A(s) R_k(s, c) E_k(s, c) W_k(t, c),   s = t - c.

The doors take the tables and return the model, its draws, and frames of numbers::

    from mappa import data, register

    d = data.load()
    model = register.model(d, "2020-03-31")           # model.run(values, dates).by_class
    draws = register.posterior(d, "2020-03-31").shown  # every quantity, a row a draw
    record = register.answer(d, "Cumbria", "2020-03-31")
    register.accounting(record)                       # parts that add up to the published change

Beneath them, in order: ``law`` (terms from the rules), ``inputs`` (points, priors, versions),
``stockflow`` (the model; dates are decimal years), ``likelihood`` (what it is held to),
``effects`` (Shapley values, other laws), ``inference`` (modes, sampler, draws, forecasts) and
``answers`` (records, scenarios, value of information).
"""

from typing import Any

__all__ = [
    "accounting",
    "answer",
    "assumptions",
    "attribution",
    "but_fors",
    "calibration",
    "figures",
    "model",
    "parameters",
    "posterior",
    "scenario",
    "terms",
    "value_of_information",
    "versions",
]


def __getattr__(name: str) -> Any:
    """Load the doors when one is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mappa.register import doors

    return getattr(doors, name)


def __dir__() -> list[str]:
    return __all__

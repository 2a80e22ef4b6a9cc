"""What a notebook calls: the tables in, the model, its draws, and its answer as numeric frames."""

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from mappa.data import Data
from mappa.errors import TooLittleKnown, UnknownName
from mappa.printed import rounded
from mappa.records import table
from mappa.register.answers.build import build as answer
from mappa.register.answers.build import posterior
from mappa.register.answers.record import Estimate, RegisterRecord
from mappa.register.answers.scenarios import build as scenario
from mappa.register.answers.value_of_information import of_posterior as value_of_information
from mappa.register.inputs.build import build_inputs
from mappa.register.inputs.parameters import ASSUMPTIONS, model_table, priors_of
from mappa.register.law.terms import terms_of_law
from mappa.register.stockflow.stock import RegisterModel


def terms(data: Data) -> pd.DataFrame:
    """Return how long people are on the register by law.

    Returns
    -------
    A row for each sentence or caution: ``from_months`` and ``below_months`` of the sentence,
    ``years`` from conviction under the Act in force (infinite: no end) and ``years_before`` under
    the Act before it.

    Raises DataError: a rule that the model needs is missing or is no number.

    Source: Sex Offenders Act 1997 s.1(4); Sexual Offences Act 2003 s.82.

    >>> from mappa import data, register
    >>> float(register.terms(data.load()).loc["custody_long", "from_months"])
    30.0
    """
    return terms_of_law(data.notification_rules).table


def figures(data: Data, as_of: str | dt.date) -> pd.DataFrame:
    """Return what goes into the model, a row for each input and year to March.

    Returns
    -------
    Columns ``year`` (in which it begins), ``input``, ``label`` (people a year unless it says
    otherwise), ``value``, ``basis`` (published, derived, interpolated, held or none), ``quality``
    and ``source``.

    Raises UsageError: an unknown date. TooLittleKnown: an input has no figure by then.

    Source: the tables ``sentencing`` and ``national_figures``; nothing dated later is seen.

    >>> from mappa import data, register
    >>> rows = register.figures(data.load(), "2020-03-31").query("input == 'length'")
    >>> "published" in set(rows["basis"])
    True
    """
    return build_inputs(data, data.date(as_of)).table


def model(
    data: Data, as_of: str | dt.date, version: str = "", *, horizon: float = 0
) -> RegisterModel:
    """Return the stock-flow model with what was known on a date, ready to run.

    ``model.values(z)`` names the parameters at whitened coordinates *z* (zeros: the middle of the
    priors); ``model.run(values, dates)`` gives ``.stock`` and ``.by_class`` (people in the
    community at decimal years, 31 March 2020 being 2020.25), ``model.factors`` what the stock is
    the product of, ``model.flows(values, start, end)`` the movements between two dates, and
    ``law=model.law.replace(long=15)`` another law in any of them.

    Parameters
    ----------
    as_of: date of the last figures used. version: name of a version; the first by default.
    horizon: years beyond the date for which there are cohorts.

    Raises UsageError: an unknown date. UnknownName: an unknown version. TooLittleKnown: an input
    has no figure by then.

    >>> import numpy as np
    >>> from mappa import data, register
    >>> model = register.model(data.load(), "2020-03-31")
    >>> run = model.run(model.values(np.zeros(model.size)), [2019.25, 2020.25])
    >>> bool(np.allclose(run.by_class.sum(axis=1), run.stock))
    True
    """
    priors = priors_of(data, version)
    return RegisterModel(build_inputs(data, data.date(as_of)), priors, horizon=horizon)


def _parts(found: Iterable[Estimate]) -> pd.DataFrame:
    """Return parts that add up, by their names: ``people`` are means, rounded so that they sum."""
    frame = table(found)
    frame.index = pd.Index([str(name).rsplit(".", 1)[-1] for name in frame.pop("name")], name="")
    frame.insert(1, "people", rounded(frame["mean"].tolist()))
    return frame.drop(columns="median").rename(columns={"label": "part"})


def accounting(record: RegisterRecord, by: str = "kind") -> pd.DataFrame:
    """Return what the year's change is made of, as parts that add up.

    Parameters
    ----------
    record: of :func:`answer`. by: ``kind`` of registration, or ``movement`` on to the register
        and off it.

    Returns
    -------
    Columns ``part``, ``people`` (the mean, rounded so that the column adds up), ``mean``, ``low``
    and ``high`` (90% interval). The means add up to the published change, or to the model's where
    none is published; limits are quantiles, which do not add up.

    Raises UnknownName: another way to divide the change.

    >>> from mappa import data, register
    >>> record = register.answer(data.load(), "Cumbria", "2020-03-31")
    >>> int(register.accounting(record)["people"].sum())
    2141
    """
    ways = {"kind": record.accounting.by_kind, "movement": record.accounting.by_movement}
    if by not in ways:
        raise UnknownName("way to divide the change", by, ways)
    return _parts(ways[by])


def _attributed(record: RegisterRecord) -> None:
    if not record.attributed:
        raise TooLittleKnown(
            f"What sentences did cannot be said for {record.as_of}: their lengths are published "
            f"only up to March {record.lengths_until}."
        )


def attribution(record: RegisterRecord, reference: str = "") -> pd.DataFrame:
    """Return the year's change shared out between what moved since a reference year.

    Parameters
    ----------
    record: of :func:`answer`. reference: one of its reference years, by default the first.

    Returns
    -------
    As :func:`accounting`, and ``figure``: whether the part follows from a figure of the last five
    years. The means add up to the published change.

    Raises
    ------
    UnknownName: a reference year that the record does not have (ask :func:`answer` for it).
    TooLittleKnown: a date long after the last published sentences.

    Source: Shapley values; the latent inflow is first set against all published drivers together
    (Owen 1977).

    >>> from mappa import data, register
    >>> record = register.answer(data.load(), "Cumbria", "2020-03-31")
    >>> int(register.attribution(record, "2004/05")["people"].sum())
    2141
    """
    _attributed(record)
    known = {a.reference: a for a in record.attribution}
    chosen = reference or record.reference
    if chosen not in known:
        raise UnknownName("reference year of this record", chosen, known)
    made = known[chosen]
    return _parts(made.parts).assign(figure=[made.known(part) for part in made.parts])


def but_fors(record: RegisterRecord) -> pd.DataFrame:
    """Return how much smaller the year's rise would have been, had it not been so.

    Each row answers a question of its own: they overlap, and are never added to one another or to
    the parts of the change. The model is not fitted again.

    Returns
    -------
    Columns ``had``, ``smaller``, ``low``, ``high`` (people: median and 90% interval) and the same
    of the stock at the end of the year: ``fewer``, ``fewer_low``, ``fewer_high``, missing where
    only the growth was asked for.

    Raises TooLittleKnown: a date long after the last published sentences.

    >>> from mappa import data, register
    >>> record = register.answer(data.load(), "Cumbria", "2020-03-31")
    >>> bool(register.but_fors(record).loc["long_as_middle", "smaller"] > 0)
    True
    """
    _attributed(record)
    law, rows = record.counterfactuals[0].label, {}
    for s in record.shorter:
        had = f"sentences as long as in {s.reference}"
        rows[s.reference] = {"if": had} | _three("smaller", s.smaller)
        both = _three("smaller", s.jointly)
        rows[f"{s.reference} jointly"] = {"if": f"{had}, and {law}"} | both
    for c in record.counterfactuals:
        less = _three("smaller", -c.growth_difference) | _three("fewer", -c.stock_difference)
        rows[c.name] = {"if": c.label} | less
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("")
    return frame.rename(columns={"smaller_low": "low", "smaller_high": "high"})


def _three(name: str, e: Estimate | None) -> dict[str, object]:
    """Return median, low and high under names that begin alike; missing where there is none."""
    ends = (None,) * 3 if e is None else (e.median, e.low, e.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))


def versions(record: RegisterRecord) -> pd.DataFrame:
    """Return each version's own answer and how well it meets the figures.

    The answer pools the versions with equal weights, whatever their fit.

    Returns
    -------
    A row for each version: ``label``; for each part of the answer its median and 90% interval
    (people), such as ``shorter``, ``shorter_low`` and ``shorter_high``; then what :func:`answer`
    knows of the fit, missing for a quick one. Parts are missing where they cannot be said.

    Raises nothing that :func:`answer` does not.

    >>> from mappa import data, register
    >>> record = register.answer(data.load(), "Cumbria", "2020-03-31")
    >>> len(register.versions(record))
    5
    """
    answers = ("indefinite", "shorter", "shorter_earliest", "fixed_period", "latent")
    rows = []
    for v in record.versions:
        row: dict[str, object] = {}
        for name, value in vars(v).items():
            if name == "posterior_predictive_p":
                row |= {f"p_{group}": p for group, p in value.items()}
            else:
                row |= _three(name, value) if name in answers else {name: value}
        rows.append(row)
    return pd.DataFrame(rows).set_index("name")


def parameters(record: RegisterRecord) -> pd.DataFrame:
    """Return what was assumed of each quantity and what the data make of it.

    Returns
    -------
    A row for each parameter and step of the latent inflow: median and central 90% range of prior
    and posterior in the parameter's own ``unit``; ``contraction`` (one less the posterior variance
    over the prior's), ``told`` (data, partly, prior only), ``quality`` of the prior, ``conflict``.

    Raises nothing that :func:`answer` does not.

    >>> from mappa import data, register
    >>> record = register.answer(data.load(), "Cumbria", "2020-03-31")
    >>> register.parameters(record).loc["excess_mortality", "told"]
    'prior only'
    """
    return table(record.parameters).set_index("parameter")


def assumptions(data: Data) -> pd.DataFrame:
    """Return the assumptions log: statement, range, quality by period and sensitivity.

    Raises DataError: the table is missing or breaks its schema.

    >>> from mappa import data, register
    >>> "custody_counts" in set(register.assumptions(data.load())["id"])
    True
    """
    return model_table(data, ASSUMPTIONS)


def calibration(data: Data) -> pd.DataFrame:
    """Return the stored simulation-based calibration of the sampler, a row a parameter.

    Returns
    -------
    ``sets`` of made-up figures, ``draws`` among which each true value is ranked, ``mean_rank`` (a
    half is right), ``stray`` (largest distance of the ranks' distribution from the uniform one, a
    share), its 95% ``band`` for one parameter, and whether it is ``inside``.

    Raises DataError: the table is missing or breaks its schema.

    Source: Talts et al. (2018), arXiv 1804.06788; the band: Saeilynoja et al. (2022).

    >>> from mappa import data, register
    >>> set(register.calibration(data.load())["sets"])
    {200}
    """
    return model_table(data, "calibration").set_index("parameter")

"""What would settle it: how much an unpublished table would narrow the answer.

Before a table is seen, the draws of the posterior already say what it would teach: where an
attributed number and the numbers of the table move together over the draws, knowing the one
narrows the other. With attributed numbers ``a``, the table's numbers ``q`` and its error ``R``
the expected variance that remains is ``V_aa - V_aq (V_qq + R)^-1 V_qa``: exact where both are
normal, the best linear answer elsewhere. It does not depend on what the table will say.

Sources: H. Raiffa and R. Schlaifer (1961), "Applied statistical decision theory", Harvard, part 3
(preposterior analysis); M. Goldstein and D. Wooff (2007), "Bayes linear statistics", Wiley,
chapter 3 (adjusted variance); M. Strong, J. E. Oakley and A. Brennan (2014), "Estimating
multiparameter partial expected value of perfect information", Medical Decision Making 34,
311-326 (by regression on the draws).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.data.schema import read_table
from mappa.printed import in_words
from mappa.records import Record, key
from mappa.register.answers.build import kinds_of
from mappa.register.arrays import Array
from mappa.register.effects.attribution import LATENT
from mappa.register.inference import columns
from mappa.register.inference.draws import Posterior

TABLE = "settle"
HEAD = "Under the Freedom of Information Act 2000 I ask for the following. "
TAIL = (
    " A spreadsheet or CSV file is preferred. Counts below five may be shown as fewer than five; "
    "no personal data are asked for. If the request would exceed the cost limit of section 12 of "
    "the Freedom of Information Act 2000, please answer for the latest year alone, and advise "
    "under section 16 how it could be narrowed."
)


@dataclasses.dataclass(frozen=True)
class Request(Record):
    """An unpublished table, what it would narrow, and the wording that asks for it."""

    candidate: str = key("Name of the table asked for")
    table: str = key("The table in words")
    holder: str = key("Who holds it")
    measures: tuple[str, ...] = key("Quantities of the model that it would show")
    error: float = key("Standard deviation of the table against the model's quantity", "share")
    reduction: float | None = key("Expected reduction of the answer's total variance", "share")
    by_component: Mapping[str, float] = key("Expected reduction of variance by component", "share")
    sd_before: Mapping[str, float] = key("Standard deviation of each component now", "people")
    sd_after: Mapping[str, float] = key("Standard deviation expected with the table", "people")
    request: str = key("Wording of a request under the Freedom of Information Act 2000")
    status: str = key("ok, or why the reduction is not known")


@dataclasses.dataclass(frozen=True)
class Settlement(Record):
    """All candidate tables, the one that narrows the attribution most first."""

    as_of: pd.Timestamp = key("Date of the attribution")
    components: tuple[str, ...] = key("Components of the attribution")
    draws: int = key("Posterior draws used", "draws")
    requests: tuple[Request, ...] = key("The tables, most helpful first")
    together: float = key("Expected reduction of the total variance by all of them", "share")


def candidates(data: Data) -> pd.DataFrame:
    """Return the candidate tables of ``settle.csv``, validated against the dictionary."""
    return read_table(data.folder / f"{TABLE}.csv", data.dictionary)


def expected_variance(targets: Array, measured: Array, error_sd: Array) -> Array:
    """Return the covariance of *targets* that remains once *measured* is known with error.

    Parameters
    ----------
    targets: draws of the attributed numbers, shape (draws, components).
    measured: the same draws of the table's numbers, shape (draws, numbers).
    error_sd: standard deviation of the table's error, shape (numbers,), in its own units.
    """
    a, q = targets - targets.mean(axis=0), measured - measured.mean(axis=0)
    n = len(a) - 1
    v_aq = a.T @ q / n
    v_qq = q.T @ q / n + np.diag(error_sd**2)
    # A table may repeat itself (a total and its parts), so the inverse is a pseudo-inverse.
    left: Array = a.T @ a / n - v_aq @ np.linalg.pinv(v_qq, hermitian=True) @ v_aq.T
    # Each number also fits some of the draws' noise: the usual correction of a regression.
    return left * n / max(n - q.shape[1], 1)


def of_posterior(data: Data, posterior: Posterior, reference: str) -> Settlement:
    """Return how much each unpublished table would narrow the answer, the most helpful first.

    Parameters
    ----------
    posterior: of :func:`mappa.register.posterior`. reference: label of a reference year in it.

    Raises DataError: the table of candidates breaks its schema. KeyError: the posterior lacks the
    year.

    Source: expected variance by the best linear prediction from the draws (see :func:`settle`).

    >>> from mappa import data, register
    >>> d = data.load()
    >>> found = register.value_of_information(d, register.posterior(d, "2020-03-31"), "2009/10")
    >>> 0 < found.together < 1
    True
    """
    shown = posterior.shown
    indefinite, suspended, other = kinds_of(shown)
    answer = {
        "registered indefinitely": indefinite,
        "suspended sentences": suspended,
        "other groups": other,
        "longer sentences": -shown[columns.shorter(reference, columns.GROWTH_DIFFERENCE)],
        "latent inflow": shown[columns.shapley(reference, LATENT)],
    }
    parameters = posterior.parameters.drop(columns="version").add_prefix("parameter.")
    as_of = posterior.density.model.inputs.as_of
    return settle(data, as_of, pd.DataFrame(answer), shown.join(parameters))


def settle(
    data: Data,
    as_of: str | pd.Timestamp,
    attribution: pd.DataFrame,
    quantities: pd.DataFrame,
) -> Settlement:
    """Rank the candidate tables by the variance of the attribution that they would remove.

    Parameters
    ----------
    as_of: last day of the year that is attributed; it goes into the wording.
    attribution: posterior draws of the attributed numbers (people), a column a component.
    quantities: the same draws of what tables could show, a column for each name that
        ``settle.csv`` uses under ``measures``.
    """
    day = pd.Timestamp(as_of)
    rows = candidates(data).to_dict("records")
    found = [_request(row, day, data, attribution, quantities) for row in rows]
    found.sort(key=lambda r: (-(r.reduction if r.reduction is not None else -1.0), r.candidate))
    # All tables at once, each number with its smallest error.
    error: dict[str, float] = {}
    for r in found:
        for name in r.measures if r.status == "ok" else ():
            error[name] = min(r.error, error.get(name, r.error))
    shown = measured(quantities, tuple(error))
    together = 0.0
    if error and not isinstance(shown, str):
        after = _remaining(attribution, shown, np.array(list(error.values())))
        together = _reduction(attribution.var(), after)
    return Settlement(
        as_of=day,
        components=tuple(attribution.columns),
        draws=len(attribution),
        requests=tuple(found),
        together=together,
    )


def _reduction(before: pd.Series, after: pd.Series) -> float:
    return float(1 - after.sum() / before.sum()) if before.sum() > 0 else 0.0


def _remaining(attribution: pd.DataFrame, shown: pd.DataFrame, share: Array | float) -> pd.Series:
    """Return the variance of each component that is expected to remain once *shown* is known.

    The error of each number is a *share* of its size, or of its spread if that is larger.
    """
    error = share * np.maximum(shown.mean().abs(), shown.std()).to_numpy(float)
    left = expected_variance(attribution.to_numpy(float), shown.to_numpy(float), error)
    return pd.Series(np.diag(left), attribution.columns).clip(0, attribution.var())


def measured(quantities: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame | str:
    """Return the draws of what a table would show, or the first name that there is not.

    A plus sign in a name adds quantities.
    """
    missing = [part for name in names for part in name.split("+") if part not in quantities]
    if missing:
        return missing[0]
    return pd.DataFrame({name: quantities[name.split("+")].sum(axis=1) for name in names})


def _request(
    row: Mapping[str, Any],
    day: pd.Timestamp,
    data: Data,
    attribution: pd.DataFrame,
    quantities: pd.DataFrame,
) -> Request:
    names, error = tuple(row["measures"].split()), float(row["error"])
    before, shown = attribution.var(), measured(quantities, names)
    if isinstance(shown, str):
        after, reduction, status = before.iloc[:0], None, f"the model does not show {shown}"
    else:
        after = _remaining(attribution, shown, error)
        reduction, status = _reduction(before, after), "ok"
    return Request(
        candidate=row["candidate"],
        table=row["table"],
        holder=wording(row["holder"], data, day),
        measures=names,
        error=error,
        reduction=reduction,
        by_component=(1 - after / before[after.index]).fillna(0.0).to_dict(),
        sd_before=np.sqrt(before).to_dict(),
        sd_after=np.sqrt(after).to_dict(),
        request=wording(HEAD + row["request"] + TAIL, data, day),
        status=status,
    )


def wording(template: str, data: Data, as_of: pd.Timestamp) -> str:
    """Fill a request's wording with the nation, the publisher and the dates of the question."""
    return template.format(
        nation=data.nation,
        publisher=str(data.settings.get("publisher", "the publisher")),
        before=in_words(as_of - pd.DateOffset(years=1)),
        end=in_words(as_of),
        decade=in_words(as_of - pd.DateOffset(years=10) + pd.Timedelta(days=1)),
    )

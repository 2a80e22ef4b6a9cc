"""The record of the register question: every number from which words, tables and charts come."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UsageError
from mappa.records import Record, key
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.references import references
from mappa.register.inputs.build import LABELS
from mappa.register.likelihood.targets import BASES
from mappa.register.model.cohorts import DRIVER_LABELS, DRIVERS
from mappa.register.model.flows import FLOWS
from mappa.register.model.kernels import CLASSES
from mappa.register.model.stock import decimal_end
from mappa.register.posterior import draws as posteriors
from mappa.register.posterior.draws import Posterior
from mappa.register.posterior.quantities import LONG_RUN, MAX_HORIZON, attribution

LEVEL = 0.90
CLASS_LABELS = {
    "caution": "cautions",
    "other": "community orders, fines and discharges",
    "suspended": "suspended sentences",
    "custody_short": "custody, the shortest term",
    "custody_middle": "custody, the middle term",
    "custody_long": "custody, at or above the threshold",
    "life": "life and IPP",
    "images": "indecent images",
    "legacy": "those of the first day",
}


@dataclasses.dataclass(frozen=True)
class Estimate(Record):
    """A quantity with its central 90% interval over the draws."""

    name: str = key("Name of the quantity")
    label: str = key("The quantity in words")
    median: float = key("Median", "see label")
    low: float = key("Lower end of the central 90% interval", "see label")
    high: float = key("Upper end of the central 90% interval", "see label")


@dataclasses.dataclass(frozen=True)
class StockPoint(Record):
    """The national stock at a date."""

    date: dt.date = key("Date")
    kind: str = key("fitted or forecast")
    median: float = key("Median", "people")
    low: float = key("Lower end of the central 90% interval", "people")
    high: float = key("Upper end of the central 90% interval", "people")
    published: float | None = key("Published count that the model is held to", "people")


@dataclasses.dataclass(frozen=True)
class Accounting(Record):
    """The year's movements and what they leave unexplained."""

    start: dt.date = key("First day of the year")
    end: dt.date = key("Last day of the year")
    published_start: float | None = key("Published count at the start", "people")
    published_end: float | None = key("Published count at the end", "people")
    published_growth: float | None = key("Published growth", "people")
    flows: tuple[Estimate, ...] = key("Registrations, releases, expiries, deaths, reviews")
    net: Estimate = key("Net of the flows", "people")
    remainder: Estimate | None = key("Published growth less net: unexplained", "people")


@dataclasses.dataclass(frozen=True)
class Attribution(Record):
    """The model's growth of the year shared out against one reference year."""

    reference: str = key("Reference year: the year to 31 March whose inputs are held")
    drivers: tuple[Estimate, ...] = key("Shapley value of each driver", "people")
    lengths: Estimate = key("Both ways in which sentence length works, together", "people")
    entry: Estimate = key("Volume and mix together", "people")
    momentum_indefinite: Estimate = key("Momentum of indefinite cohorts", "people")
    momentum_fixed: Estimate = key("Momentum of fixed-term cohorts", "people")
    hatched: tuple[str, ...] = key("Drivers without data in the last five years")


@dataclasses.dataclass(frozen=True)
class OtherLaw(Record):
    """The year under other terms, without a new fit."""

    name: str = key("Name")
    label: str = key("What is supposed")
    growth: Estimate = key("Growth of the year", "people")
    stock: Estimate = key("Stock at the end", "people")
    growth_difference: Estimate = key("Growth less that under the law in force", "people")
    stock_difference: Estimate = key("Stock less that under the law in force", "people")


@dataclasses.dataclass(frozen=True)
class PriorPosterior(Record):
    """A parameter before and after the data."""

    parameter: str = key("Name")
    meaning: str = key("What it is")
    unit: str = key("Unit")
    prior_median: float = key("Prior median")
    prior_low: float = key("Lower end of the prior's central 90% range")
    prior_high: float = key("Upper end of the prior's central 90% range")
    median: float = key("Posterior median")
    low: float = key("Lower end of the posterior's central 90% interval")
    high: float = key("Upper end of the posterior's central 90% interval")
    contraction: float = key("One less the ratio of posterior to prior variance")
    told: str = key("Whether the data say anything of it: data, partly, prior only")
    quality: str = key("How well the prior is founded")


@dataclasses.dataclass(frozen=True)
class RegisterRecord(Record):
    """All numbers of the register question."""

    force: str = key("Name of the force whose page this is")
    nation: str = key("Name of the nation the model describes")
    as_of: dt.date = key("Date of the last figures that the model knows")
    horizon: int = key("Years of forecast", "years")
    reference: str = key("Reference year of the answer")
    status: str = key("How the posterior was found")
    level: float = key("Level of every interval")
    stock: tuple[StockPoint, ...] = key("National stock, fitted and forecast")
    accounting: Accounting = key("The year's movements")
    classes: tuple[Estimate, ...] = key("Stock by class at the date", "people")
    class_growth: tuple[Estimate, ...] = key("Growth of the year by class", "people")
    indefinite_share: Estimate = key("Indefinite share of the community stock", "share")
    indefinite_growth: Estimate = key("Growth of the indefinite classes", "people")
    attribution: tuple[Attribution, ...] = key("Shapley tables, the reference first")
    counterfactuals: tuple[OtherLaw, ...] = key("The year under other terms")
    impulse: tuple[dict[str, Any], ...] = key("Effect of a lasting 10% on sentence lengths")
    assumption_growth: tuple[Estimate, ...] = key("Growth if an assumption of the rule fails")
    parameters: tuple[PriorPosterior, ...] = key("Prior beside posterior")
    long_run: tuple[Estimate, ...] = key("Stock with the last year's inputs held", "people")
    inputs: tuple[dict[str, Any], ...] = key("Inputs by year and how each is known")
    diagnostics: dict[str, Any] = key("R-hat, effective sample sizes, seeds, command")
    seed: int = key("Seed of the draws")


class Summary:
    """Medians and 90% intervals of the quantities of a posterior."""

    def __init__(self, shown: pd.DataFrame) -> None:
        self.shown = shown

    def of(self, name: str, label: str = "") -> Estimate:
        """Return the estimate of a quantity."""
        return self.from_draws(name, label, self.shown[name].to_numpy(dtype=float))

    @staticmethod
    def from_draws(name: str, label: str, draws: Any) -> Estimate:
        """Return the estimate of draws of a quantity."""
        low, median, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
        return Estimate(name, label or name, float(median), float(low), float(high))


def _date(decimal: float, like: pd.Timestamp) -> dt.date:
    """Return the day of *like*'s month and day in the year that ends at *decimal*."""
    years = round(decimal - decimal_end(like))
    return (like + pd.DateOffset(years=years)).date()


def _published(data: Data, as_of: pd.Timestamp) -> dict[dt.date, float]:
    t = data.national_figures
    rows = t[
        (t["measure"] == "rso_count")
        & t["preferred"]
        & t["category"].isin(["", "all"])
        & t["basis"].isin(BASES)
        & (t["date"] <= as_of)
    ]
    return {d.date(): float(v) for d, v in zip(rows["date"], rows["value"], strict=True)}


def _stock(p: Posterior, day: pd.Timestamp, horizon: int, known: dict) -> list[StockPoint]:
    summary = Summary(p.shown)
    points = []
    for prefix, kind, dates in (
        ("stock", "fitted", p.plan.past),
        ("forecast", "forecast", p.plan.coming[:horizon]),
    ):
        for decimal in dates:
            e = summary.of(f"{prefix}.{decimal:.2f}")
            date = _date(float(decimal), day)
            points.append(StockPoint(date, kind, e.median, e.low, e.high, known.get(date)))
    return points


FLOW_LABELS = {
    "first_registrations": "first registrations (not from custody)",
    "releases": "releases from custody",
    "expiries": "terms that ran out",
    "deaths": "deaths",
    "reviews": "removals on review",
}


def _accounting(p: Posterior, day: pd.Timestamp, known: dict[dt.date, float]) -> Accounting:
    summary = Summary(p.shown)
    start, end = (day - pd.DateOffset(years=1)).date(), day.date()
    first, last = known.get(start), known.get(end)
    growth = last - first if first is not None and last is not None else None
    net = summary.of("flow.net", "net of the flows")
    remainder = None
    if growth is not None:
        rest = growth - p.shown["flow.net"].to_numpy(dtype=float)
        remainder = summary.from_draws("remainder", "unexplained remainder", rest)
    return Accounting(
        start=start,
        end=end,
        published_start=first,
        published_end=last,
        published_growth=growth,
        flows=tuple(summary.of(f"flow.{f}", FLOW_LABELS[f]) for f in FLOWS),
        net=net,
        remainder=remainder,
    )


_DRIVER_INPUTS = {
    "volume": ("sentenced", "cautions", "images"),
    "latent": (),
    "mix": ("custody", "suspended_share"),
    "threshold": ("length",),
    "delay": ("length",),
    "life": ("life",),
    "served": ("served",),
}


def hatched(p: Posterior) -> dict[str, float]:
    """Return, for each driver, the decimal year of the last figure behind it."""
    series = p.density.model.inputs.series
    return {
        driver: max((float(series[s].t[-1]) for s in names if series[s].t.size), default=np.nan)
        for driver, names in _DRIVER_INPUTS.items()
    }


def _attribution(p: Posterior, label: str) -> Attribution:
    summary, prefix = Summary(p.shown), f"shapley.{label}"
    last = hatched(p)
    return Attribution(
        reference=label,
        drivers=tuple(summary.of(f"{prefix}.{d}", DRIVER_LABELS[d]) for d in DRIVERS),
        lengths=summary.of(f"{prefix}.lengths", "sentence length"),
        entry=summary.of(f"{prefix}.entry", "volume and mix"),
        momentum_indefinite=summary.of(
            f"{prefix}.momentum_indefinite", "momentum, indefinite cohorts"
        ),
        momentum_fixed=summary.of(f"{prefix}.momentum_fixed", "momentum, fixed-term cohorts"),
        hatched=tuple(d for d in DRIVERS if not last[d] >= p.plan.today - 5),
    )


def _other_laws(p: Posterior) -> list[OtherLaw]:
    summary = Summary(p.shown)
    parts = ("growth", "stock", "growth_difference", "stock_difference")
    return [
        OtherLaw(c.name, c.label, *(summary.of(f"law.{c.name}.{part}") for part in parts))
        for c in cf.counterfactuals(p.density.model.law.terms)
    ]


def _impulse(p: Posterior) -> list[dict[str, Any]]:
    summary, rows = Summary(p.shown), []
    for kind in ("all", "crossing", "waiting", "paused", "no_orders"):
        for year in cf.IMPULSE_YEARS:
            e = summary.of(f"impulse.{kind}.{year}")
            rows.append({"kind": kind, "years": year, **_numbers(e)})
    return rows


def _numbers(e: Estimate) -> dict[str, float]:
    return {"median": e.median, "low": e.low, "high": e.high}


def _classes(p: Posterior, prefix: str) -> list[Estimate]:
    images = [n for n in CLASSES if n.startswith("images")]
    found = []
    for name, label in CLASS_LABELS.items():
        parts = images if name == "images" else [name]
        draws = p.shown[[f"{prefix}.{n}" for n in parts]].to_numpy(dtype=float).sum(axis=1)
        found.append(Summary.from_draws(f"{prefix}.{name}", label, draws))
    return found


def _parameters(p: Posterior) -> list[PriorPosterior]:
    priors = p.density.model.priors
    frame = priors.frame.set_index("parameter")
    rows = []
    for i, name in enumerate(priors.names):
        draws = priors.column(name, p.z)
        e = Summary.from_draws(name, name, draws)
        contraction = 1 - float(np.var(p.z[:, i], ddof=1))
        told = "data" if contraction > 0.5 else "partly" if contraction > 0.2 else "prior only"
        r = frame.loc[name]
        rows.append(
            PriorPosterior(
                name,
                str(r["meaning"]),
                str(r["unit"]),
                float(r["median"]),
                float(r["low"]),
                float(r["high"]),
                e.median,
                e.low,
                e.high,
                contraction,
                told,
                str(r["quality"]),
            )
        )
    return rows


def _inputs(p: Posterior) -> list[dict[str, Any]]:
    table = p.density.model.inputs.table
    return [{**row, "label": LABELS[row["input"]]} for row in table.to_dict("records")]


def build(
    data: Data,
    force: str,
    as_of: str | pd.Timestamp,
    *,
    horizon: int = 4,
    reference: str = "",
    draws: int | None = None,
) -> RegisterRecord:
    """Build the record of the register question.

    Parameters
    ----------
    force: the force whose page it is; the model is the nation's.
    as_of: date of the last figures used.
    horizon: years of forecast, 0 to 10.
    reference: year to March such as 2009/10 that the attribution is held against.
    draws: at most so many draws of the posterior.

    Raises
    ------
    UsageError: an unknown date, a horizon or reference out of range.
    UnknownName: an unknown force.
    """
    area, day = data.area(force), data.date(as_of)
    if not 0 <= horizon <= MAX_HORIZON:
        raise UsageError(f"The horizon is {horizon} years: it can be 0 to {MAX_HORIZON}.")
    p = posterior_for(data, day, reference, draws)
    against = references(p.plan.today, p.plan.near.grid.start, reference)
    known = _published(data, day)
    summary = Summary(p.shown)
    growth = [
        summary.of(f"assumption.{name}.growth", label)
        for name, label in (
            ("paused", "terms do not run in custody"),
            ("no_orders", "no one stays on after a fixed term"),
        )
    ]
    return RegisterRecord(
        force=area,
        nation=data.nation,
        as_of=day.date(),
        horizon=horizon,
        reference=against[0].label,
        status=p.status,
        level=LEVEL,
        stock=tuple(_stock(p, day, horizon, known)),
        accounting=_accounting(p, day, known),
        classes=tuple(_classes(p, "class")),
        class_growth=tuple(_classes(p, "class_growth")),
        indefinite_share=summary.of("indefinite_share", "indefinite share of the stock"),
        indefinite_growth=summary.of("indefinite_growth", "growth of the indefinite classes"),
        attribution=tuple(_attribution(p, r.label) for r in against),
        counterfactuals=tuple(_other_laws(p)),
        impulse=tuple(_impulse(p)),
        assumption_growth=tuple(growth),
        parameters=tuple(_parameters(p)),
        long_run=tuple(summary.of(f"long_run.{y}", f"after {y} years") for y in LONG_RUN),
        inputs=tuple(_inputs(p)),
        diagnostics=p.diagnostics,
        seed=p.seed,
    )


def posterior_for(
    data: Data, day: pd.Timestamp, reference: str = "", draws: int | None = None
) -> Posterior:
    """Return the posterior with the attribution for a reference year."""
    p = posteriors.load(data, day, draws=draws)
    return with_references(p, references(p.plan.today, p.plan.near.grid.start, reference))


def with_references(p: Posterior, against: list[Any]) -> Posterior:
    """Return the posterior with the attribution for reference years that it lacks."""
    missing = [r for r in against if f"shapley.{r.label}.latent" not in p.shown.columns]
    if not missing:
        return p
    rows = [{k: v for r in missing for k, v in attribution(p.plan, z, r).items()} for z in p.z]
    return dataclasses.replace(p, shown=pd.concat([p.shown, pd.DataFrame(rows)], axis=1))


__all__ = ["RegisterRecord", "build", "hatched"]

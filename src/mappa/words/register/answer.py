"""Words of the register question: pure functions of its record."""

from __future__ import annotations

import pandas as pd

from mappa.register.answers.record import Attribution, Estimate, RegisterRecord, StockPoint
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord
from mappa.register.law.terms import Terms
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.tables import Table

LEVEL = "90%"
#: How each kind of impulse is told.
KINDS = {
    "all": "sentences longer by 10%",
    "crossing": "of it: crossing a limit",
    "waiting": "of it: later release",
    "paused": "if terms did not run in custody",
    "no_orders": "if no one stayed on after a term",
}


def people(e: Estimate, *, sign: bool = False) -> str:
    """Write an estimate of people with its interval in brackets."""
    return f"{n.count(e.median, sign=sign)} ({limits(e, sign=sign)})"


def limits(e: Estimate, *, sign: bool = False) -> str:
    """Write the interval of an estimate of people with its level."""
    return f"{LEVEL} interval {n.count(e.low, sign=sign)} to {n.count(e.high, sign=sign)}"


def cell(e: Estimate, *, sign: bool = True) -> str:
    """Write an estimate for the cell of a table."""
    ends = f"{n.count(e.low, sign=sign)} to {n.count(e.high, sign=sign)}"
    return f"{n.count(e.median, sign=sign)} ({ends})"


def capital(text: str) -> str:
    """Return *text* with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _year(record: RegisterRecord) -> str:
    return f"the year to {n.day(record.accounting.end)}"


def main_attribution(record: RegisterRecord) -> Attribution:
    """Return the Shapley table of the reference year of the answer."""
    return record.attribution[0]


# --- the answer ------------------------------------------------------------------------------


def answer(record: RegisterRecord) -> Prose:
    """Return the first sentence: terms, lengths, volume and mix, and the remainder, in people."""
    a, main, terms = record.accounting, main_attribution(record), record.counterfactuals[0]
    held = (
        f"{n.count(-terms.growth_difference.median)} hang on terms without end (so many fewer had "
        f"{terms.label}; this question stands apart and overlaps the rest)"
    )
    lengths = (
        f"{n.count(main.lengths.median, sign=True)} come from sentence lengths and "
        f"{n.count(main.entry.median, sign=True)} from the volume and mix of sentences since "
        f"{main.reference}"
    )
    if a.published_growth is None or a.remainder is None:
        return Prose(
            f"By the model the register of {record.nation} grew by {n.count(a.net.median)} people "
            f"in {_year(record)}, of whom {held}, and {lengths}; no published growth is there to "
            "hold it to, so an unexplained remainder cannot be said."
        )
    rest = f"{n.count(a.remainder.median, sign=True)} are unexplained"
    if a.published_growth > 0:
        return Prose(
            f"Of the {n.count(a.published_growth)} people by which the register of "
            f"{record.nation} grew in {_year(record)}, {held}, {lengths}, and {rest}."
        )
    change = n.count(a.published_growth, sign=True)
    moved = "did not change" if a.published_growth == 0 else f"changed by {change} people"
    return Prose(
        f"The register of {record.nation} {moved} in {_year(record)}; of the model's growth of "
        f"{n.count(a.net.median, sign=True)}, {held}, {lengths}, and {rest}."
    )


def certainty(record: RegisterRecord) -> Prose:
    """Return the intervals of the answer and what its parts are not."""
    main, terms = main_attribution(record), record.counterfactuals[0]
    a = record.accounting
    text = (
        f"How sure: terms {limits(_negative(terms.growth_difference))}, lengths "
        f"{limits(main.lengths, sign=True)}, volume and mix {limits(main.entry, sign=True)}"
    )
    if a.remainder is not None:
        text += f", unexplained {limits(a.remainder, sign=True)}"
    momentum = main.momentum_indefinite.median + main.momentum_fixed.median
    text += (
        ". The first is not a part beside the others: the terms stood in every year, so they work "
        f"through all of it, most through the momentum of {n.count(momentum)} people that remains "
        f"when sentences are held as they were in {main.reference}. This assumes that terms run in "
        "custody and that what no one publishes lies in the ranges stated below."
    )
    return Prose(text)


def _negative(e: Estimate) -> Estimate:
    return Estimate(e.name, e.label, -e.median, -e.high, -e.low)


def status(record: RegisterRecord) -> Prose:
    """Return how the numbers were found."""
    found = record.diagnostics.get("rhat_max")
    if found is None:
        return Prose(
            f"How found: {record.status}. Its intervals are rougher than those of a sampled one."
        )
    return Prose(
        f"How found: {record.status}. Over {record.diagnostics['draws']} draws of "
        f"{record.diagnostics['chains']} chains the largest R-hat of all quantities shown is "
        f"{n.number(found, 4)} and the smallest effective sample size "
        f"{n.count(record.diagnostics['ess_min'])}."
    )


# --- the year --------------------------------------------------------------------------------


def _flows(record: RegisterRecord) -> dict[str, Estimate]:
    return {f.name.removeprefix("flow."): f for f in record.accounting.flows}


def accounting(record: RegisterRecord) -> Prose:
    """Return the year's movements."""
    a, f = record.accounting, _flows(record)
    text = (
        f"In {_year(record)} {n.count(f['first_registrations'].median)} people registered without "
        f"custody and {n.count(f['releases'].median)} on release, while "
        f"{n.count(f['expiries'].median)} terms ran out. With {n.count(f['deaths'].median)} deaths "
        f"and {n.count(f['reviews'].median)} removals on review the model's net growth is "
        f"{people(a.net, sign=True)}"
    )
    if a.remainder is None or a.published_growth is None:
        return Prose(text + ". No growth is published for that year.")
    return Prose(
        text + f"; published are {n.count(a.published_growth, sign=True)}, which leaves "
        f"{people(a.remainder, sign=True)} unexplained. None of these movements is published: "
        "they follow from sentences, terms and the life table."
    )


def accounting_table(record: RegisterRecord) -> Table:
    """Return the movements of the year as a table."""
    a = record.accounting
    rows = [(capital(f.label), cell(f if i < 2 else _negative(f))) for i, f in enumerate(a.flows)]
    rows.append(("Net growth of the model", cell(a.net)))
    if a.remainder is not None and a.published_growth is not None:
        rows.append(("Unexplained remainder", cell(a.remainder)))
        rows.append(("Growth published", n.count(a.published_growth, sign=True)))
    frame = pd.DataFrame(rows, columns=["Movement", f"People ({LEVEL} interval)"])
    return Table(
        f"Movements of the community stock of {record.nation}, {_year(record)}, in people",
        frame,
        (f"People ({LEVEL} interval)",),
        "Medians need not add up to the last person.",
    )


def class_table(record: RegisterRecord) -> Table:
    """Return stock and growth by class."""
    rows = [
        (capital(s.label), cell(s, sign=False), cell(g))
        for s, g in zip(record.classes, record.class_growth, strict=True)
    ]
    names = ["Class", f"Stock ({LEVEL} interval)", f"Growth of the year ({LEVEL} interval)"]
    return Table(
        f"Who is on the register of {record.nation} by the model, {n.day(record.as_of)}, in people",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
    )


def indefinite(record: RegisterRecord) -> Prose:
    """Return the share of indefinite registrations in stock and growth."""
    share, growth = record.indefinite_share, record.indefinite_growth
    return Prose(
        f"By the model {n.percent(share.median, 0)} of the people on the register of "
        f"{record.nation} on {n.day(record.as_of)} are on it without end ({LEVEL} interval "
        f"{n.percent(share.low, 0)} to {n.percent(share.high, 0)}). Their number grew by "
        f"{people(growth)} in the year."
    )


# --- attribution -----------------------------------------------------------------------------


def attribution_table(record: RegisterRecord) -> Table:
    """Return the Shapley values against each reference year, hatched drivers marked."""
    first = main_attribution(record)
    labels = [capital(d.label) for d in first.drivers]
    columns: dict[str, list[str]] = {
        "Part of the growth": [
            *labels,
            "Momentum of indefinite cohorts",
            "Momentum of fixed-term cohorts",
        ]
    }
    for a in record.attribution:
        cells = []
        for d in a.drivers:
            mark = " *" if d.name.rsplit(".", 1)[-1] in a.hatched else ""
            cells.append(cell(d) + mark)
        columns[f"Held at {a.reference}"] = [
            *cells,
            cell(a.momentum_indefinite),
            cell(a.momentum_fixed),
        ]
    frame = pd.DataFrame(columns)
    return Table(
        f"The model's growth in {_year(record)} shared out, against each reference year, in people "
        f"({LEVEL} interval)",
        frame,
        tuple(frame.columns[1:]),
        "Shapley values; each column sums to the model's growth. * No figure in the last five "
        "years: what is shown is the effect of earlier changes, and of later ones nothing can be "
        "said.",
    )


def lengths_by_reference(record: RegisterRecord) -> Prose:
    """Return the effect of sentence length against each reference year."""
    parts = [
        f"{n.count(a.lengths.median, sign=True)} against {a.reference}" for a in record.attribution
    ]
    growth = record.accounting.net
    largest = max(abs(a.lengths.median) for a in record.attribution)
    share = largest / abs(growth.median) if growth.median else float("nan")
    return Prose(
        f"Sentence lengths, both ways together, make {n.listing(parts)} of the growth, in people: "
        f"at most {n.percent(share, 0)} of the model's growth. This assumes the average sentence "
        "lengths published for a few years, with straight lines between them."
    )


# --- the law ---------------------------------------------------------------------------------


def terms_table(terms: Terms) -> Table:
    """Return the terms of the law as a table."""

    def years(value: float) -> str:
        if value == float("inf"):
            return "without end"
        return "1 year" if value == 1 else f"{value:g} years"

    rows = [
        (
            "Caution",
            f"{years(terms.caution)} ({years(terms.caution_before)} before {n.day(terms.change)})",
        ),
        ("Community order, fine and any other", years(terms.other)),
        (f"Imprisonment of {terms.short_limit:g} months or less", years(terms.short)),
        (
            f"Imprisonment over {terms.short_limit:g} and under {terms.threshold:g} months",
            years(terms.middle),
        ),
        (f"Imprisonment of {terms.threshold:g} months and more", years(terms.long)),
        ("Life and imprisonment for public protection", "without end"),
        (
            "Review of a term without end",
            f"after {years(terms.review_wait)} from release, since {n.day(terms.review_start)}",
        ),
    ]
    return Table(
        "How long a person is on the register, counted from conviction",
        pd.DataFrame(rows, columns=["Sentence or caution", "Term"]),
        (),
        f"Fixed terms of those under 18 are multiplied by {terms.young_factor:g}. Sex Offenders "
        "Act 1997 s.1(4); Sexual Offences Act 2003 ss.82 and 91A to 91F.",
    )


def counterfactual_table(record: RegisterRecord) -> Table:
    """Return growth and stock under other terms."""
    rows = [
        (
            capital(c.label),
            cell(c.growth),
            cell(c.growth_difference),
            cell(c.stock, sign=False),
            cell(c.stock_difference),
        )
        for c in record.counterfactuals
    ]
    names = ["Had", "Growth of the year", "Difference", "Stock", "Difference of the stock"]
    return Table(
        f"{capital(_year(record))} under other terms, in people ({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
        "The law is another from the start of the register; everything else is as it was, and the "
        "model is not fitted again.",
    )


def _impulse(record: RegisterRecord, kind: str) -> dict[int, dict[str, float]]:
    return {row["years"]: row for row in record.impulse if row["kind"] == kind}


def rule_result(record: RegisterRecord, terms: Terms) -> Prose:
    """Return what longer sentences can and cannot do to the count, by the terms."""
    effect, main = _impulse(record, "all"), main_attribution(record)
    year = max(y for y in effect if y <= 5)
    low, high = n.count(effect[year]["low"]), n.count(effect[year]["high"])
    return Prose(
        f"Terms run from conviction, in custody too, so crossing {terms.threshold:g} months cannot "
        f"change the count before year {terms.middle:g} (crossing {terms.short_limit:g} months: "
        f"before year {terms.short:g}); until then longer sentences only delay release and lower "
        f"it. A lasting 10% on all sentences from the end of {main.reference} changes the stock by "
        f"{n.count(effect[year]['median'], sign=True)} people after {n.cardinal(year)} years "
        f"({LEVEL} interval {low} to {high}). So sentences that grew longer after {main.reference} "
        f"cannot have raised the growth of {_year(record)} through the limit of "
        f"{terms.threshold:g} months by more than the little that falls beyond year "
        f"{terms.short:g}. This holds for adults; it assumes that custody is not disregarded, "
        "an inference from the Act, and that orders do not matter for the timing."
    )


def impulse_table(record: RegisterRecord) -> Table:
    """Return the effect of longer sentences by years, with both assumptions dropped."""
    years = sorted({row["years"] for row in record.impulse})
    rows = []
    for kind, label in KINDS.items():
        effect = _impulse(record, kind)
        cells = [
            f"{n.count(effect[y]['median'], sign=True)} ({n.count(effect[y]['low'], sign=True)} to "
            f"{n.count(effect[y]['high'], sign=True)})"
            for y in years
        ]
        rows.append([capital(label), *cells])
    names = ["Change of the stock", *(f"Year {y}" for y in years)]
    return Table(
        f"What a lasting 10% on sentence lengths does to the stock, in people ({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
    )


def long_run(record: RegisterRecord) -> Prose:
    """Return the level towards which the stock climbs when nothing changes."""
    near, *_, far = record.long_run
    return Prose(
        f"Were sentences to stay as in {_year(record)}, the stock of {record.nation} would stand "
        f"at {people(near)} {near.label} and at {people(far)} {far.label}. This is no forecast: "
        "it shows what the terms still have in store."
    )


# --- the fit ---------------------------------------------------------------------------------


def misfit(record: RegisterRecord) -> Prose:
    """Return the largest gap between model and published stock, early and late."""
    held = [p for p in record.stock if p.published is not None and p.kind == "fitted"]
    if not held:
        return Prose("No published count of the register falls on the yearly dates of the model.")
    worst = max(held, key=_gap)
    last = held[-1]
    return Prose(
        f"The model's median is furthest from a published count on {n.day(worst.date)}: "
        f"{n.count(worst.median)} against {n.count(worst.published)} ({_percent_gap(worst)}). On "
        f"{n.day(last.date)} it is {n.count(last.median)} against {n.count(last.published)} "
        f"({_percent_gap(last)})."
    )


def _gap(p: StockPoint) -> float:
    return abs(p.median / p.published - 1) if p.published else 0.0


def _percent_gap(p: StockPoint) -> str:
    return n.percent(p.median / (p.published or p.median) - 1, 1, sign=True)


def told(record: RegisterRecord) -> Prose:
    """Return which parameters the data say anything of."""
    by = {kind: [p for p in record.parameters if p.told == kind] for kind in _TOLD}
    total = len(record.parameters)
    named = [_short(p.meaning) for p in by["data"]]
    text = f"Of {total} parameters the data tell {n.cardinal(len(by['data']))}"
    if named:
        text += f" ({n.listing(named)})"
    text += (
        f" and {n.cardinal(len(by['partly']))} in part; the other "
        f"{n.cardinal(len(by['prior only']))} are as uncertain after the data as before, and only "
        "their stated ranges speak."
    )
    return Prose(text)


_TOLD = ("data", "partly", "prior only")


def _short(meaning: str) -> str:
    return meaning[:1].lower() + meaning[1:]


def parameter_table(record: RegisterRecord) -> Table:
    """Return prior beside posterior for each parameter."""

    def three(median: float, low: float, high: float) -> str:
        digits = 3 if abs(median) < 10 else 0
        return f"{n.number(median, digits)} ({n.number(low, digits)} to {n.number(high, digits)})"

    rows = [
        (
            p.meaning,
            p.unit,
            three(p.prior_median, p.prior_low, p.prior_high),
            three(p.median, p.low, p.high),
            n.number(p.contraction, 2),
            p.told,
            p.quality,
        )
        for p in record.parameters
    ]
    names = [
        "Parameter",
        "Unit",
        f"Prior ({LEVEL} range)",
        f"Posterior ({LEVEL} interval)",
        "Contraction",
        "Told by",
        "Prior's quality",
    ]
    return Table(
        "What is assumed and what the data make of it",
        pd.DataFrame(rows, columns=names),
        tuple(names[2:5]),
        "Contraction: one less the posterior variance over the prior's; 0 means that the data "
        "say nothing.",
    )


def assumptions_table(frame: pd.DataFrame) -> Table:
    """Return the assumptions log."""
    columns = {
        "id": "Id",
        "statement": "Statement",
        "value": "Value",
        "range": "Range",
        "quality_to_2004": "To 2004",
        "quality_2005_2014": "2005 to 2014",
        "quality_from_2015": "From 2015",
        "sensitivity": "Sensitivity",
    }
    shown = frame[list(columns)].rename(columns=columns)
    return Table("The assumptions log: quality by period", shown)


# --- what-ifs --------------------------------------------------------------------------------


def scenario(record: ScenarioRecord) -> Prose:
    """Return what a scenario does to the stock at its last date."""
    last = record.points[-1]
    whom = "those sentenced" if record.cohorts == "new" else "everyone"
    e = Estimate("difference", "", last.difference, last.difference_low, last.difference_high)
    if _nothing(last):
        effect = f"does not change the stock of {record.nation} on {n.day(last.date)} "
        effect += f"({n.count(last.baseline)} people): whoever it touches would by then be where "
        effect += "they are without it"
    else:
        effect = f"changes the stock of {record.nation} on {n.day(last.date)} by "
        effect += f"{people(e, sign=True)} people, from {n.count(last.baseline)} to "
        effect += n.count(last.scenario)
    return Prose(
        f"Supposed for {whom} from {n.day(record.since)} on: {n.listing(list(record.words))}. That "
        f"{effect}. Sentences and everything else are taken to stay as they would have been."
    )


def scenario_table(record: ScenarioRecord) -> Table:
    """Return baseline and scenario by date."""
    rows = [
        (
            n.day(p.date),
            f"{n.count(p.baseline)} ({n.count(p.baseline_low)} to {n.count(p.baseline_high)})",
            f"{n.count(p.scenario)} ({n.count(p.scenario_low)} to {n.count(p.scenario_high)})",
            f"{n.count(p.difference, sign=True)} ({n.count(p.difference_low, sign=True)} to "
            f"{n.count(p.difference_high, sign=True)})",
        )
        for p in record.points
    ]
    names = ["Date", "As it is", "Supposed", "Difference"]
    return Table(
        f"The stock of {record.nation} as it is and as supposed, in people ({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
    )


def _nothing(point: ScenarioPoint) -> bool:
    """Whether a scenario changes nobody's place by a date, in any draw."""
    return not any(map(round, (point.difference, point.difference_low, point.difference_high)))


def whatifs_table(records: list[ScenarioRecord]) -> Table:
    """Return several scenarios by their last date."""
    rows = []
    for r in records:
        last = r.points[-1]
        e = Estimate("", "", last.difference, last.difference_low, last.difference_high)
        whom = "new cohorts" if r.cohorts == "new" else "everyone"
        text = capital(n.listing(list(r.words)))
        change = "none by then" if _nothing(last) else cell(e)
        rows.append((text, f"{r.since:%B %Y}, {whom}", change))
    last = records[0].points[-1]
    names = ["Supposed", "From, for", "Change of the stock"]
    return Table(
        f"What-ifs: change of the stock of {records[0].nation} on {n.day(last.date)}, in people "
        f"({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        (names[2],),
    )

"""Charts of the register question, from its record, and of a scenario."""

import dataclasses
import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pandas as pd
from matplotlib.ticker import MaxNLocator

from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, Step, data_of, rows_chart, steps_of, waterfall
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, TEAL, THOUSANDS, canvas, label_end, note
from mappa.register.answers.record import Attribution, Estimate, RegisterRecord
from mappa.register.answers.scenarios import ScenarioRecord
from mappa.words import capital
from mappa.words import numbers as n
from mappa.words.register import answer as words
from mappa.words.register import law

HATCH = "////"


def _source(record: RegisterRecord) -> str:
    found = "sampled" if record.status.startswith("sampled") else "approximated"
    return (
        f"Register model of this study ({found} posterior), fitted to published counts of "
        f"{record.nation} up to {n.day(record.as_of)}."
    )


def _where(record: RegisterRecord) -> str:
    return f"{record.nation}, year to {n.day(record.accounting.end)}"


def _wrap(text: str, width: int = 40) -> str:
    return "\n".join(textwrap.wrap(capital(text), width))


def _sum(label: str, steps: Sequence[Step]) -> Step:
    """Return the bar from zero to which *steps* add up."""
    return Step(label, sum(s.value for s in steps), sum(s.printed for s in steps), GREY, total=True)


def _total(record: RegisterRecord, steps: Sequence[Step]) -> Step:
    """Return the last bar: the published change, or the model's where none is published."""
    known = record.accounting.published_growth is not None
    return _sum("Published change" if known else "Change in the model", steps)


def _listed(steps: Sequence[Step]) -> str:
    return n.listing([f"{s.label} {n.change(s.printed)}" for s in steps])


def _change(record: RegisterRecord) -> str:
    """Write the change that the parts make up: the published one, or the model's."""
    return n.change(record.accounting.change)


def kinds(record: RegisterRecord) -> Exhibit:
    """Draw what the change is made of, by kind of registration."""
    found = [(capital(e.label), e) for e in record.accounting.by_kind]
    steps = steps_of(found, (DARK, TEAL, ORANGE, PLUM)[: len(found)])
    total = _total(record, steps)
    first, largest = steps[0], max(steps, key=lambda s: abs(s.printed))
    headline = (
        f"{largest.label}: {n.change(largest.printed)} of a change of {n.change(total.printed)}"
    )
    if 0 < total.printed < 2 * first.printed <= 2 * total.printed:
        headline = (
            f"Most of the rise is people registered indefinitely: {n.count(first.printed)} of "
            f"{n.count(total.printed)}"
        )
    return Exhibit(
        name="kinds",
        headline=headline,
        subtitle=(
            f"What the change is made of, {_where(record)}; each bar begins where the one above "
            "ends; lines: 90% intervals"
        ),
        alt=f"Steps to a change of {_change(record)} people: {_listed(steps)}.",
        source=_source(record),
        data=data_of([*steps, total]),
        figure=waterfall([*steps, total]),
    )


def _drivers(main: Attribution) -> list[tuple[str, Estimate]]:
    """Return what sentences did, in words; the first six make up what they alone imply."""
    by = {d.name.rsplit(".", 1)[-1]: d for d in main.drivers}
    return [
        ("Built in by earlier indefinite periods", main.momentum_indefinite),
        ("Built in by earlier fixed periods", main.momentum_fixed),
        ("Number and kinds of sentences", main.entry),
        ("Length of sentences", main.lengths),
        ("Life sentences", by["life"]),
        ("Share of a sentence served", by["served"]),
    ]


def attribution(record: RegisterRecord) -> Exhibit:
    """Draw the change by what sentences did, the latent inflow and the residual."""
    main = record.attribution[0]
    known = _drivers(main)
    parts = [*known, ("Joining for each sentence, cause unknown", main.latent)]
    if main.residual is not None:
        parts.append(("Unexplained", main.residual))
    steps = steps_of(parts, [DARK, DARK, *[TEAL] * 4, *[PLUM] * (len(parts) - len(known))])
    steps = [
        s if main.known(e) else dataclasses.replace(s, hatch=HATCH)
        for s, (_, e) in zip(steps, parts, strict=True)
    ]
    before, after = steps[: len(known)], steps[len(known) :]
    implied = _sum("Published sentences alone", before)
    drawn = [*before, implied, *after, _total(record, steps)]
    moved = "took off" if after[0].printed < 0 else "added"
    return Exhibit(
        name="attribution",
        headline=(
            f"Sentences alone imply {n.change(implied.printed)}; an unknown cause "
            f"{moved} {n.count(abs(after[0].printed))}"
        ),
        subtitle=(
            f"Change of {_change(record)} people, {_where(record)}, against {main.reference}; "
            f"lines: 90% intervals; hatched: no figure in the last five years"
        ),
        alt=(
            f"Steps to a change of {_change(record)} people compared with {main.reference}: "
            f"{_listed(before)}. These are what published sentences alone imply, "
            f"{n.change(implied.printed)}. Then come {_listed(after)}."
        ),
        source=_source(record),
        data=data_of(drawn),
        figure=waterfall(drawn),
    )


def accounting(record: RegisterRecord) -> Exhibit:
    """Draw the movements of the year as steps: who joined, who left."""
    a = record.accounting
    parts = [(capital(e.label), e) for e in a.by_movement]
    colors = [TEAL if e.mean > 0 else ORANGE for e in a.by_movement[: len(a.flows)]]
    steps = steps_of(parts, [*colors, PLUM][: len(parts)])
    moved = [s.printed for s in steps[: len(a.flows)]]
    joined, left = sum(m for m in moved if m > 0), -sum(m for m in moved if m < 0)
    return Exhibit(
        name="accounting",
        headline=f"About {n.count(joined)} joined and {n.count(left)} left",
        subtitle=(
            f"Movements on the register in the community, {_where(record)}; each bar begins where "
            "the one above ends; lines: 90% intervals"
        ),
        alt=(
            f"Steps of the year's movements: {n.count(joined)} people join and {n.count(left)} "
            f"leave ({_listed(steps)}), which makes {_change(record)}."
        ),
        source=_source(record),
        data=data_of([*steps, _total(record, steps)]),
        figure=waterfall([*steps, _total(record, steps)]),
    )


#: How near a count the model is called close (share of the count).
NEAR = 0.02


def _stock_headline(known: pd.DataFrame) -> str:
    """Say since when the model is near every count, or how far it is from the last."""
    gap = (known["median"] / known["published"] - 1).abs()
    far = gap.index[gap > NEAR]
    close = known.loc[far[-1] :].iloc[1:] if len(far) else known
    if close.empty:
        return f"The model is {n.percent(gap.iloc[-1])} from the last count"
    year = close["date"].iloc[0].year
    return f"The model is within {n.percent(NEAR, 0)} of every count since {year}"


def stock(record: RegisterRecord) -> Exhibit:
    """Draw fitted and forecast stock with its band, and the published counts."""
    frame = pd.DataFrame([vars(p) for p in record.stock])
    x = frame["date"].map(_mid_month)
    figure, axes = canvas(height=4.2)
    axes.fill_between(x, frame["low"], frame["high"], color=DARK, alpha=0.2, lw=0)
    last_fitted = frame.index[frame["kind"] == "fitted"][-1]
    for rows, style in ((slice(None, last_fitted), "-"), (slice(last_fitted, None), "--")):
        axes.plot(x.loc[rows], frame["median"].loc[rows], color=DARK, ls=style)
    known = frame[frame["published"].notna()]
    axes.plot(x[known.index], known["published"], ls="", marker="o", color=ORANGE, ms=5)
    axes.set_ylim(0, frame["high"].max() * 1.08)
    axes.yaxis.set_major_formatter(THOUSANDS)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    last, middle = frame.iloc[-1], known.index[len(known) // 2]
    label_end(axes, x.iloc[-1], last["median"], n.count(last["median"]), DARK)
    for text, value, color, side, place in (
        ("Published counts", known["published"][middle], ORANGE, "left", (10, -14)),
        ("Model", frame["median"][middle], DARK, "right", (-10, 10)),
    ):
        note(axes, text, (x[middle], value), place, ha=side, color=color, fontweight="bold")
    return Exhibit(
        name="stock",
        headline=_stock_headline(known),
        subtitle=(
            f"People on the register managed in the community, {record.nation}; band: 90% "
            "interval; dashed: the model run on"
        ),
        alt=(
            f"Line of the modelled number with its band, and dots of the published counts. It "
            f"reaches {n.count(last['median'])} people on {n.day(last['date'])} (90% interval "
            f"{n.count(last['low'])} to {n.count(last['high'])})."
        ),
        source=_source(record),
        data=frame,
        figure=figure,
    )


def impulse(record: RegisterRecord) -> Exhibit:
    """Draw what a lasting 10% on sentence lengths does to the number."""
    rows = list(law.effects(record, "all").values())
    frame = pd.DataFrame([vars(row) for row in rows]).sort_values("years")
    figure, axes = canvas(height=3.6)
    axes.axhline(0, color=GREY, lw=1)
    axes.fill_between(frame["years"], frame["low"], frame["high"], color=DARK, alpha=0.18, lw=0)
    axes.plot(frame["years"], frame["median"], color=DARK, marker="o", ms=5)
    for at, coming in zip(
        frame[["years", "median"]].to_numpy(), frame["median"].shift(-1), strict=True
    ):
        place = 8, 0 if coming < at[1] else -14
        note(axes, n.change(at[1]), at, place, color=DARK, fontweight="bold", fontsize=9)
    axes.set_xlabel("Years after the change")
    axes.yaxis.set_major_formatter(THOUSANDS)
    axes.set_xticks(frame["years"])
    axes.margins(x=0.12)
    end = max(rows, key=lambda row: abs(row.median))
    more = "fewer" if end.median < 0 else "more"
    years, people = n.things(end.years, "year"), n.count(abs(end.median))
    return Exhibit(
        name="impulse",
        headline=f"Sentences 10% longer mean {people} {more} people in the community after {years}",
        subtitle=(
            "Change in people on the register in the community if all sentences were 10% longer "
            f"for good, {record.nation}; band: 90% interval"
        ),
        alt=(
            f"Line of the change after sentences grow longer by 10%: at its largest "
            f"{n.change(end.median)} people after {years} (90% interval {words.signed_ends(end)})."
        ),
        source=_source(record),
        data=frame.round(1),
        figure=figure,
    )


#: Words of what informs a quantity, in the order drawn, and its colour and mark.
_INFORMED = {"data": "data", "partly": "data in part", "prior only": "stated range only"}
_LOOK = {"data": (DARK, "o"), "partly": (TEAL, "s"), "prior only": (ORANGE, "D")}


def contraction(record: RegisterRecord) -> Exhibit:
    """Draw how much the data narrow each quantity, the steps of the latent inflow among them."""
    order = list(_INFORMED).index
    found = sorted(record.parameters, key=lambda p: (order(p.told), -p.contraction))
    rows = [Row(_wrap(p.meaning), p.contraction, None, None, "", *_LOOK[p.told]) for p in found]
    low = min(0.0, *(p.contraction for p in found)) - 0.05
    figure, _ = rows_chart(
        rows, "Share of the assumed variance\nthat the data remove", stems=True, reference=0,
        limits=(low, 1.06), step=0.43, fontsize=8,
    )  # fmt: skip
    by = Counter(p.told for p in found)
    return Exhibit(
        name="contraction",
        headline=f"The data inform {by['data']} of {len(found)} quantities well",
        subtitle=(
            f"How much the data narrow each quantity of the model, {record.nation}; circles: well; "
            "squares: in part; diamonds: hardly at all, so that the stated range decides"
        ),
        alt=(
            f"Dots of how much the data narrow each of {len(found)} quantities: {by['data']} by "
            f"more than half, {by['prior only']} hardly at all."
        ),
        source=_source(record),
        data=pd.DataFrame(
            [(p.meaning, p.contraction, _INFORMED[p.told], p.quality) for p in found],
            columns=["Quantity", "Contraction", "Informed by", "Quality of the range"],
        ).round(3),
        figure=figure,
    )


def _mid_month(day: date) -> float:
    """Return the middle of a day's month as a decimal year."""
    return day.year + (day.month - 0.5) / 12


_SHOWN_INPUTS = ("sentenced", "custody", "images", "cautions", "length", "served")


def inputs(record: RegisterRecord) -> Exhibit:
    """Draw the inputs by year: solid where a figure is known, open where a line joins or holds."""
    frame = pd.DataFrame([vars(point) for point in record.inputs])
    frame = frame[frame["input"].isin(_SHOWN_INPUTS)]
    frame = frame.assign(known=frame["basis"].isin(["published", "derived"]))
    figure, axes = canvas(3, 2, height=7.0, sharex=True)
    for ax, name in zip(axes.flat, _SHOWN_INPUTS, strict=True):
        rows = frame[frame["input"] == name]
        for known, style in ((True, {"color": DARK}), (False, {"color": "white", "hatch": HATCH})):
            some = rows[rows["known"] == known]
            ax.bar(some["year"], some["value"], width=0.8, lw=0.6, edgecolor=DARK, **style)
        ax.set_title(_wrap(rows["label"].iloc[0], 22), fontsize=8, loc="left")
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_formatter(THOUSANDS)
        ax.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        ax.tick_params(labelsize=8)
    share = n.percent(frame["known"].mean(), 0)
    return Exhibit(
        name="inputs",
        headline=f"{share} of the yearly inputs shown are published or derived figures",
        subtitle=(
            f"Inputs by year, {record.nation}; solid: published or derived from published; "
            "hatched: a straight line between figures, or the nearest figure repeated"
        ),
        alt=(
            f"Six panels of yearly inputs: {share} of the bars are published figures or follow "
            "from them; the hatched rest lies on a line between figures or repeats the nearest."
        ),
        source=_source(record),
        data=frame[["year", "label", "value", "basis", "quality", "source"]].round(1),
        figure=figure,
    )


def scenario(record: ScenarioRecord) -> Exhibit:
    """Draw the change of the number with its end named, and its band unless it was run once."""
    frame = pd.DataFrame([vars(p) for p in record.points])
    banded = frame["difference_low"].notna().all()
    figure, axes = canvas(height=3.2)
    # A fixed layout draws in half the time, and stays where it is under the hand.
    figure.set_layout_engine(None)
    axes.set_position((0.16, 0.1, 0.66, 0.86))
    years = [_mid_month(d) for d in frame["date"]]
    axes.axhline(0, color=GREY, lw=1)
    if banded:
        low, high = frame["difference_low"], frame["difference_high"]
        axes.fill_between(years, low, high, color=DARK, alpha=0.18, lw=0)
    axes.plot(years, frame["difference"], color=DARK)
    last = frame.iloc[-1]
    label_end(axes, years[-1], last["difference"], n.change(last["difference"]), DARK)
    axes.set_xlim(years[0], years[-1])
    ticks = [y for y in range(int(years[0]) + 1, int(years[-1]) + 1) if y % 5 == 0]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.yaxis.set_major_formatter(lambda y, _: n.change(y))
    known = "band: 90% interval" if banded else "the middle of the draws"
    return Exhibit(
        name="scenario" if banded else "what-if",
        headline=f"{capital(law.difference(last['difference']))} by {last['date']:%B %Y}",
        subtitle=(
            f"Change of the number on the register, people, {record.nation}. "
            f"{capital(n.listing(list(record.words)))}, from {record.since:%B %Y}; {known}"
        ),
        alt=str(law.scenario(record) if banded else law.changed(record)),
        source=(
            f"Register model of this study, figures up to {n.day(record.as_of)}; the posterior is "
            "not fitted again."
        ),
        data=frame.dropna(axis="columns", how="all").round(1),
        figure=figure,
    )

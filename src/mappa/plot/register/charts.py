"""Charts of the register question, from its record."""

from __future__ import annotations

import dataclasses
import textwrap
from collections import Counter
from collections.abc import Sequence

import pandas as pd
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from mappa.plot.exhibit import Exhibit
from mappa.plot.register.waterfall import Step, data_of, steps_of, waterfall
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, TEAL, canvas, label_end
from mappa.register.answers.record import Attribution, Estimate, RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import capital
from mappa.words.register import common as words
from mappa.words.register import law as law_words

_THOUSANDS = StrMethodFormatter("{x:,.0f}")
HATCH = "////"


def _source(record: RegisterRecord) -> str:
    found = "sampled" if record.status.startswith("sampled") else "approximated"
    return (
        f"Register model of this study ({found} posterior), fitted to published counts of "
        f"{record.nation} up to {n.day(record.as_of)}."
    )


def _year(record: RegisterRecord) -> str:
    return f"year to {n.day(record.accounting.end)}"


def _wrap(text: str, width: int = 40) -> str:
    return "\n".join(textwrap.wrap(capital(text), width))


def _total(record: RegisterRecord, steps: Sequence[Step]) -> Step:
    """Return the last bar: the published change, or the model's where none is published."""
    known = record.accounting.published_growth is not None
    label = "Published change" if known else "Change in the model"
    value = sum(s.value for s in steps if not s.total)
    printed = sum(s.printed for s in steps if not s.total)
    return Step(label, value, printed, GREY, total=True)


def _listed(steps: Sequence[Step]) -> str:
    return n.listing([f"{s.label} {n.count(s.printed, sign=True)}" for s in steps])


def _change(record: RegisterRecord) -> str:
    """Write the change that the parts make up: the published one, or the model's."""
    return n.count(record.accounting.change, sign=True)


def kinds(record: RegisterRecord) -> Exhibit:
    """Draw what the change is made of, by kind of registration."""
    found = [(capital(e.label), e) for e in record.accounting.by_kind]
    steps = steps_of(found, (DARK, TEAL, ORANGE, PLUM)[: len(found)])
    total = _total(record, steps)
    first, largest = steps[0], max(steps, key=lambda s: abs(s.printed))
    if 0 < total.printed < 2 * first.printed <= 2 * total.printed:
        headline = (
            f"Most of the rise is people registered indefinitely: {n.count(first.printed)} of "
            f"{n.count(total.printed)}"
        )
    else:
        headline = (
            f"{largest.label}: {n.count(largest.printed, sign=True)} of a change of "
            f"{n.count(total.printed, sign=True)}"
        )
    return Exhibit(
        name="kinds",
        headline=headline,
        subtitle=(
            f"What the change is made of, {record.nation}, {_year(record)}; each bar begins where "
            "the one above ends; lines: 90% intervals"
        ),
        alt=f"Steps to a change of {_change(record)} people: {_listed(steps)}.",
        source=_source(record),
        data=data_of([*steps, total]),
        figure=waterfall([*steps, total]),
        phone=True,
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
    main = words.main_attribution(record)
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
    implied = Step(
        "Published sentences alone", sum(s.value for s in before),
        sum(s.printed for s in before), GREY, total=True,
    )  # fmt: skip
    moved = "took off" if after[0].printed < 0 else "added"
    return Exhibit(
        name="attribution",
        headline=(
            f"Sentences alone imply {n.count(implied.printed, sign=True)}; an unknown cause "
            f"{moved} {n.count(abs(after[0].printed))}"
        ),
        subtitle=(
            f"Change of {_change(record)} people, {record.nation}, {_year(record)}, against "
            f"{main.reference}; lines: 90% intervals; hatched: no figure in the last five years"
        ),
        alt=(
            f"Steps to a change of {_change(record)} people held against {main.reference}: "
            f"{_listed(before)}. These are what published sentences alone imply, "
            f"{n.count(implied.printed, sign=True)}. Then come {_listed(after)}."
        ),
        source=_source(record),
        data=data_of([*before, implied, *after, _total(record, steps)]),
        figure=waterfall([*before, implied, *after, _total(record, steps)]),
        phone=True,
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
            f"Movements on the register in the community, {record.nation}, {_year(record)}; each "
            "bar begins where the one above ends; lines: 90% intervals"
        ),
        alt=(
            f"Steps of the year's movements: {n.count(joined)} people join and {n.count(left)} "
            f"leave ({_listed(steps)}), which makes {_change(record)}."
        ),
        source=_source(record),
        data=data_of([*steps, _total(record, steps)]),
        figure=waterfall([*steps, _total(record, steps)]),
        phone=True,
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
    x = frame["date"].map(lambda d: d.year + (d.month - 0.5) / 12)
    figure, axes = canvas(height=4.2)
    axes.fill_between(x, frame["low"], frame["high"], color=DARK, alpha=0.2, lw=0)
    last_fitted = frame.index[frame["kind"] == "fitted"][-1]
    for rows, style in ((slice(None, last_fitted), "-"), (slice(last_fitted, None), "--")):
        axes.plot(x.loc[rows], frame["median"].loc[rows], color=DARK, ls=style)
    known = frame[frame["published"].notna()]
    axes.plot(x[known.index], known["published"], ls="", marker="o", color=ORANGE, ms=5)
    axes.set_ylim(0, frame["high"].max() * 1.08)
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    last, middle = frame.iloc[-1], known.index[len(known) // 2]
    label_end(axes, x.iloc[-1], last["median"], n.count(last["median"]), DARK)
    for text, where, value, color, side, place in (
        ("Published counts", middle, known["published"][middle], ORANGE, "left", (10, -14)),
        ("Model", middle, frame["median"][middle], DARK, "right", (-10, 10)),
    ):
        axes.annotate(
            text, (x[where], value), xytext=place, textcoords="offset points", ha=side,
            color=color, fontweight="bold",
        )  # fmt: skip
    return Exhibit(
        name="stock",
        headline=_stock_headline(known),
        subtitle=(
            f"People on the register managed in the community, {record.nation}; band: 90% "
            "interval; dashed: forecast"
        ),
        alt=(
            f"Line of the modelled number with its band, and dots of the published counts. It "
            f"reaches {n.count(last['median'])} people on {n.day(last['date'])} (90% interval "
            f"{n.count(last['low'])} to {n.count(last['high'])})."
        ),
        source=_source(record),
        data=frame,
        figure=figure,
        phone=True,
    )


def impulse(record: RegisterRecord) -> Exhibit:
    """Draw what a lasting 10% on sentence lengths does to the number."""
    rows = list(law_words.effects(record, "all").values())
    frame = pd.DataFrame([vars(row) for row in rows]).sort_values("years")
    figure, axes = canvas(height=3.6)
    axes.axhline(0, color=GREY, lw=1)
    axes.fill_between(frame["years"], frame["low"], frame["high"], color=DARK, alpha=0.18, lw=0)
    axes.plot(frame["years"], frame["median"], color=DARK, marker="o", ms=5)
    for years, value, coming in zip(
        frame["years"], frame["median"], frame["median"].shift(-1), strict=True
    ):
        axes.annotate(
            n.count(value, sign=True), (years, value), xytext=(8, 0 if coming < value else -14),
            textcoords="offset points", color=DARK, fontweight="bold", fontsize=9,
        )  # fmt: skip
    axes.set_xlabel("Years after the change")
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_xticks(frame["years"])
    axes.margins(x=0.12)
    end = max(rows, key=lambda row: abs(row.median))
    more = "fewer" if end.median < 0 else "more"
    return Exhibit(
        name="impulse",
        headline=(
            f"Sentences 10% longer mean {n.count(abs(end.median))} {more} people after "
            f"{n.things(end.years, 'year')}"
        ),
        subtitle=(
            f"Change of the number on the register after a lasting 10% on all sentences, people, "
            f"{record.nation}; band: 90% interval"
        ),
        alt=(
            f"Line of the change after sentences grow longer by 10%: at its largest "
            f"{n.count(end.median, sign=True)} people after {n.things(end.years, 'year')} (90% "
            f"interval {n.count(end.low, sign=True)} to {n.count(end.high, sign=True)})."
        ),
        source=_source(record),
        data=frame.round(1),
        figure=figure,
        phone=True,
    )


#: Colour, mark and words of what informs a quantity, in the order drawn.
_INFORMED = {
    "data": (DARK, "o", "data"),
    "partly": (TEAL, "s", "data in part"),
    "prior only": (ORANGE, "D", "stated range only"),
}


def contraction(record: RegisterRecord) -> Exhibit:
    """Draw how much the data narrow each quantity, the steps of the latent inflow among them."""
    order = list(_INFORMED)
    found = sorted(record.parameters, key=lambda p: (order.index(p.told), -p.contraction))
    rows = [
        Row(
            _wrap(p.meaning), p.contraction, color=_INFORMED[p.told][0], marker=_INFORMED[p.told][1]
        )
        for p in found
    ]
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
            [(p.meaning, p.contraction, _INFORMED[p.told][2], p.quality) for p in found],
            columns=["Quantity", "Contraction", "Informed by", "Quality of the range"],
        ).round(3),
        figure=figure,
        phone=True,
    )


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
        ax.yaxis.set_major_formatter(_THOUSANDS)
        ax.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        ax.tick_params(labelsize=8)
    share = n.percent(frame["known"].mean(), 0)
    return Exhibit(
        name="inputs",
        headline=f"{share} of the yearly inputs shown are published figures",
        subtitle=(
            f"Inputs by year, {record.nation}; solid: published or derived from published; "
            "hatched: joined by a straight line or held"
        ),
        alt=(
            f"Six panels of yearly inputs: {share} of the bars are published figures or follow "
            "from them; the hatched rest is joined between figures or held after the last."
        ),
        source=_source(record),
        data=frame[["year", "label", "value", "basis", "quality", "source"]].round(1),
        figure=figure,
        phone=True,
    )

"""Charts of the register question, from its record."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, PLUM, TEAL, canvas, label_end
from mappa.printed import rounded
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


def _wrap(text: str, width: int = 30) -> str:
    return "\n".join(textwrap.wrap(capital(text), width))


def _bars(parts: Sequence[tuple[Estimate, int, str, str]], xlabel: str) -> Figure:
    """Draw parts that sum as bars with intervals; a part is (estimate, printed, colour, hatch)."""
    rows = [
        Row(
            _wrap(e.label),
            e.mean,
            e.low,
            e.high,
            text=n.count(printed, sign=True),
            color=color,
            hatch=hatch,
            text_left=e.mean < 0,
        )
        for e, printed, color, hatch in parts
    ]
    ends = [v for r in rows for v in (r.low or 0.0, r.high or 0.0, 0.0)]
    span = max(ends) - min(ends)
    room = 0.20 if any(row.text_left for row in rows) else 0.04
    limits = min(ends) - room * span, max(ends) + 0.20 * span
    figure, axes = rows_chart(rows, xlabel, bars=True, reference=0, limits=limits, step=0.5)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(_THOUSANDS)
    return figure


def _data(parts: Sequence[tuple[Estimate, int, str, str]]) -> pd.DataFrame:
    table = [(capital(e.label), e.mean, e.low, e.high) for e, *_ in parts]
    return pd.DataFrame(table, columns=["Part", "People", "90% low", "90% high"]).round(1)


def _change(record: RegisterRecord) -> str:
    """Write the change that the parts make up: the published one, or the model's."""
    return n.count(record.accounting.change, sign=True)


def _listed(parts: Sequence[tuple[Estimate, int, str, str]]) -> str:
    return n.listing([f"{e.label} {n.count(printed, sign=True)}" for e, printed, *_ in parts])


def kinds(record: RegisterRecord) -> Exhibit:
    """Draw what the change is made of, by kind of registration."""
    colors, found = (DARK, TEAL, TEAL, PLUM), record.accounting.by_kind
    parts = [
        (e, printed, color, "")
        for e, printed, color in zip(found, rounded([e.mean for e in found]), colors, strict=False)
    ]
    largest, printed, *_ = max(parts, key=lambda part: abs(part[0].mean))
    return Exhibit(
        name="kinds",
        headline=f"{capital(largest.label)}: {n.count(printed, sign=True)} of "
        f"{_change(record)} in the year",
        subtitle=(
            f"What the change of {_change(record)} people is made of, {record.nation}, "
            f"{_year(record)}; 90% intervals"
        ),
        alt=(f"Bars of the parts of the change of {_change(record)} people: {_listed(parts)}."),
        source=_source(record),
        data=_data(parts),
        figure=_bars(parts, "People"),
    )


def attribution(record: RegisterRecord) -> Exhibit:
    """Draw the change by momentum, driver, latent inflow and residual; hatched: no figure."""
    main = words.main_attribution(record)
    printed = rounded([e.mean for e in main.parts])
    parts = [
        (e, m, _color(e, main), "" if main.known(e) else HATCH)
        for e, m in zip(main.parts, printed, strict=True)
    ]
    latent = next(m for e, m, *_ in parts if e is main.latent or e.name == main.latent.name)
    moved = "took" if latent < 0 else "added"
    return Exhibit(
        name="attribution",
        headline=(
            f"Since {main.reference} a changed inflow for each sentence {moved} "
            f"{n.count(abs(latent))}, cause unknown"
        ),
        subtitle=(
            f"Change of {_change(record)} people, {record.nation}, {_year(record)}, held against "
            f"{main.reference}; 90% intervals; hatched: no figure in the last five years, or none"
        ),
        alt=(
            f"Bars of the parts of the change of {_change(record)} people held against "
            f"{main.reference}: {_listed(parts)}. "
            f"Published sentences alone would imply {n.count(main.implied.mean, sign=True)}."
        ),
        source=_source(record),
        data=_data(parts),
        figure=_bars(parts, "People"),
    )


def _color(e: Estimate, main: Attribution) -> str:
    if e.name == main.latent.name or e == main.residual:
        return PLUM
    return DARK if e in (main.momentum_indefinite, main.momentum_fixed) else TEAL


def accounting(record: RegisterRecord) -> Exhibit:
    """Draw the movements of the year: in to the right, out to the left."""
    a = record.accounting
    printed, moved = rounded([e.mean for e in a.by_movement]), len(a.flows)
    colors = [TEAL if e.mean > 0 else ORANGE for e in a.by_movement[:moved]] + [PLUM]
    parts = [(e, m, color, "") for e, m, color in zip(a.by_movement, printed, colors, strict=False)]
    joined = sum(max(m, 0) for m in printed[:moved])
    left = -sum(min(m, 0) for m in printed[:moved])
    return Exhibit(
        name="accounting",
        headline=f"About {n.count(joined)} joined and {n.count(left)} left",
        subtitle=(
            f"Movements on the register in the community, {record.nation}, {_year(record)}; "
            "90% intervals"
        ),
        alt=(
            f"Bars of the year's movements: {n.count(joined)} people join and {n.count(left)} "
            f"leave; the net growth of the model is {words.people(a.net, sign=True)}."
        ),
        source=_source(record),
        data=_data(parts),
        figure=_bars(parts, "People joining (right) and leaving (left)"),
    )


def stock(record: RegisterRecord) -> Exhibit:
    """Draw fitted and forecast stock with its band, and the published counts."""
    frame = pd.DataFrame([vars(p) for p in record.stock])
    x = [d.year + (d.month - 0.5) / 12 for d in frame["date"]]
    frame = frame.assign(x=x)
    figure, axes = canvas(height=4.4)
    axes.fill_between(frame["x"], frame["low"], frame["high"], color=DARK, alpha=0.2, lw=0)
    fitted, coming = frame[frame["kind"] == "fitted"], frame[frame["kind"] == "forecast"]
    axes.plot(fitted["x"], fitted["median"], color=DARK)
    if len(coming):
        joined = pd.concat([fitted.tail(1), coming])
        axes.plot(joined["x"], joined["median"], color=DARK, ls="--")
        axes.axvline(fitted["x"].iloc[-1], color=LIGHT, lw=1)
    known = frame[frame["published"].notna()]
    axes.plot(known["x"], known["published"], ls="", marker="o", color=ORANGE, markersize=5)
    axes.set_ylim(0, frame["high"].max() * 1.08)
    axes.yaxis.set_major_formatter(_THOUSANDS)
    last = frame.iloc[-1]
    label_end(axes, last["x"], last["median"], n.count(last["median"]), DARK)
    axes.annotate(
        "published counts",
        (known["x"].iloc[len(known) // 3], known["published"].iloc[len(known) // 3]),
        xytext=(10, -14),
        textcoords="offset points",
        color=ORANGE,
        fontweight="bold",
    )
    axes.set_ylabel("People")
    first = fitted.iloc[0]
    return Exhibit(
        name="stock",
        headline=f"The model follows the counts from {first['date'].year} and runs on",
        subtitle=(
            f"People on the register managed in the community, {record.nation}; band: 90% "
            "interval; dashed: forecast"
        ),
        alt=(
            f"Line of the modelled stock with its band and dots of the published counts; the "
            f"median is {n.count(last['median'])} people on {n.day(last['date'])} (90% interval "
            f"{n.count(last['low'])} to {n.count(last['high'])})."
        ),
        source=_source(record),
        data=frame.drop(columns="x"),
        figure=figure,
    )


_KIND_COLORS = {"all": DARK, "crossing": TEAL, "waiting": ORANGE}


def impulse(record: RegisterRecord) -> Exhibit:
    """Draw what a lasting 10% on sentence lengths does to the stock, and its two parts."""
    frame = pd.DataFrame([vars(row) for row in record.impulse])
    figure, axes = canvas(height=4.0)
    axes.axhline(0, color=GREY, lw=1)
    ends = []
    for kind, color in _KIND_COLORS.items():
        rows = frame[frame["kind"] == kind].sort_values("years")
        axes.fill_between(rows["years"], rows["low"], rows["high"], color=color, alpha=0.18, lw=0)
        style = {"all": "-", "crossing": "--", "waiting": ":"}[kind]
        axes.plot(rows["years"], rows["median"], color=color, marker="o", ms=4, ls=style)
        ends.append((rows["years"].iloc[-1], rows["median"].iloc[-1], law_words.KINDS[kind], color))
    for x, y, text, color in ends:
        label_end(axes, x, y, "\n".join(textwrap.wrap(text, 18)), color)
    axes.set_xlabel("Years after the change")
    axes.set_ylabel("Change of the stock, people")
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_xticks(sorted(frame["years"].unique()))
    low = min(law_words.effects(record, "all").values(), key=lambda row: row.median)
    return Exhibit(
        name="impulse",
        headline="Longer sentences lower the count for years before they raise it",
        subtitle=f"A lasting 10% on all sentences, {record.nation}; 90% intervals",
        alt=(
            f"Lines of the change of the stock after sentences grow longer by 10%: it is lowest "
            f"with {n.count(low.median, sign=True)} people after {low.years} years (90% "
            f"interval {n.count(low.low, sign=True)} to {n.count(low.high, sign=True)})."
        ),
        source=_source(record),
        data=frame.round(1),
        figure=figure,
    )


_INFORMED = {"data": DARK, "partly": TEAL, "prior only": LIGHT}
_INFORMED_BY = {"data": "data", "partly": "data in part", "prior only": "stated range only"}


def contraction(record: RegisterRecord) -> Exhibit:
    """Draw how much the data narrow each quantity, the steps of the latent inflow among them."""
    ordered = sorted(record.parameters, key=lambda p: -p.contraction)
    rows = [
        Row(
            _wrap(p.meaning, 44),
            max(p.contraction, 0.0),
            text=f"{n.number(p.contraction, 2)} {_INFORMED_BY[p.told]}",
            color=_INFORMED[p.told],
        )
        for p in ordered
    ]
    figure, _ = rows_chart(
        rows,
        "Share of the assumed variance that the data remove",
        bars=True,
        limits=(0, 1.25),
        step=0.4,
        fontsize=8,
    )
    informed = [p for p in ordered if p.told == "data"]
    only = [p for p in ordered if p.told == "prior only"]
    return Exhibit(
        name="contraction",
        headline=f"The data inform {n.cardinal(len(informed))} of {len(ordered)} quantities",
        subtitle=f"How much the data narrow each quantity of the model, {record.nation}",
        alt=(
            f"Bars of how much the data narrow each of {len(ordered)} quantities: "
            f"{n.cardinal(len(informed))} by more than half, {n.cardinal(len(only))} hardly at all."
        ),
        source=_source(record),
        data=pd.DataFrame(
            [
                (p.meaning, round(p.contraction, 3), _INFORMED_BY[p.told], p.quality)
                for p in ordered
            ],
            columns=["Quantity", "Contraction", "Informed by", "Quality of the range"],
        ),
        figure=figure,
    )


_SHOWN_INPUTS = ("sentenced", "custody", "images", "cautions", "length", "served")


def inputs(record: RegisterRecord) -> Exhibit:
    """Draw the inputs by year: solid where a figure stands, open where a line joins or holds."""
    frame = pd.DataFrame([vars(point) for point in record.inputs])
    frame = frame[frame["input"].isin(_SHOWN_INPUTS)]
    figure, axes = canvas(3, 2, width=7.2, height=7.2, sharex=True)
    for ax, name in zip(axes.flat, _SHOWN_INPUTS, strict=True):
        rows = frame[frame["input"] == name]
        known = rows["basis"].isin(["published", "derived"])
        top = rows["value"].max() * 1.15
        ax.bar(rows["year"][known], rows["value"][known], color=DARK, width=0.8)
        ax.bar(
            rows["year"][~known],
            rows["value"][~known],
            color="white",
            edgecolor=DARK,
            hatch=HATCH,
            width=0.8,
            lw=0.6,
        )
        ax.set_ylim(0, top)
        ax.set_title(_wrap(rows["label"].iloc[0], 34), fontsize=9, loc="left")
        ax.yaxis.set_major_formatter(_THOUSANDS)
        ax.tick_params(labelsize=8)
    known_all = frame["basis"].isin(["published", "derived"])
    share = known_all.mean()
    return Exhibit(
        name="inputs",
        headline=f"A figure stands behind {n.percent(share, 0)} of the yearly inputs shown",
        subtitle=(
            f"Inputs by year, {record.nation}; solid: published or derived from published; "
            "hatched: joined by a straight line or held"
        ),
        alt=(
            f"Six panels of yearly inputs: {n.percent(share, 0)} of the bars rest on a figure, the "
            "hatched rest is joined between figures or held after the last."
        ),
        source=_source(record),
        data=frame[["year", "label", "value", "basis", "quality", "source"]].round(1),
        figure=figure,
    )

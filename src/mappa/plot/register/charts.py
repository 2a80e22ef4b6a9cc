"""Charts of the register question, from its record."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.ticker import StrMethodFormatter

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, PLUM, TEAL, canvas, label_end
from mappa.register.answers.record import Estimate, RegisterRecord
from mappa.register.answers.scenarios import ScenarioRecord
from mappa.words import numbers as n
from mappa.words.register import answer as words

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
    return "\n".join(textwrap.wrap(words.capital(text), width))


def _bars(
    axes: Any, rows: Sequence[tuple[str, Estimate, str, str]], *, labels: bool = True
) -> None:
    """Draw horizontal bars with intervals; a row is (label, estimate, colour, hatch)."""
    places = range(len(rows))[::-1]
    for y, (_, e, color, hatch) in zip(places, rows, strict=True):
        axes.barh(
            y,
            e.median,
            height=0.62,
            color="white" if hatch else color,
            edgecolor=color,
            hatch=hatch,
            linewidth=1,
        )
        # A white line behind keeps the interval visible on a dark bar.
        for color_, width in (("white", 3.4), (GREY, 1.4)):
            axes.plot([e.low, e.high], [y, y], color=color_, lw=width, zorder=4)
    axes.set_yticks(list(places), [_wrap(label) for label, *_ in rows], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=GREY, lw=1)
    axes.xaxis.set_major_formatter(_THOUSANDS)
    ends = [v for _, e, *_ in rows for v in (e.low, e.high, 0.0)]
    span = max(ends) - min(ends)
    axes.set_xlim(min(ends) - 0.04 * span, max(ends) + 0.20 * span)
    if labels:
        for y, (_, e, *_rest) in zip(places, rows, strict=True):
            axes.annotate(
                n.count(e.median, sign=True),
                (max(e.high, e.median, 0.0), y),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )


def _frame(rows: Sequence[tuple[str, Estimate, str, str]]) -> pd.DataFrame:
    table = [(words.capital(label), e.median, e.low, e.high) for label, e, *_ in rows]
    return pd.DataFrame(table, columns=["Part", "People", "90% low", "90% high"]).round(1)


def attribution(record: RegisterRecord) -> Exhibit:
    """Draw the growth of the year by driver, momentum and remainder; hatched: no data."""
    main = words.main_attribution(record)
    rows = [
        ("momentum of indefinite cohorts", main.momentum_indefinite, DARK, ""),
        ("momentum of fixed-term cohorts", main.momentum_fixed, DARK, ""),
    ]
    for d in main.drivers:
        hatch = HATCH if d.name.rsplit(".", 1)[-1] in main.hatched else ""
        rows.append((d.label, d, TEAL, hatch))
    if record.accounting.remainder is not None:
        rows.append(("unexplained remainder", record.accounting.remainder, PLUM, ""))
    figure, axes = canvas(height=0.52 * len(rows) + 0.8)
    _bars(axes, rows)
    axes.set_xlabel("People")
    biggest = max(rows, key=lambda r: abs(r[1].median))
    total = record.accounting.published_growth
    grown = record.accounting.net.median if total is None else total
    return Exhibit(
        name="attribution",
        headline=f"Growth since {main.reference}: most of it is {_plain(biggest[0])}",
        subtitle=(
            f"Growth of {n.count(grown, sign=True)} people, {record.nation}, {_year(record)}, held "
            f"against {main.reference}; 90% intervals; hatched: no figure in the last five years"
        ),
        alt=(
            f"Bars of the parts of the growth of {n.count(grown, sign=True)} people: the largest "
            f"is {biggest[0]} with {words.people(biggest[1], sign=True)}; sentence lengths make "
            f"{n.count(main.lengths.median, sign=True)}, volume and mix "
            f"{n.count(main.entry.median, sign=True)}."
        ),
        source=_source(record),
        data=_frame(rows),
        figure=figure,
    )


def _plain(label: str) -> str:
    return label.replace("momentum of indefinite cohorts", "indefinite terms running on")


def accounting(record: RegisterRecord) -> Exhibit:
    """Draw the movements of the year: in to the right, out to the left."""
    a = record.accounting
    rows = [
        (f.label, f if i < 2 else words._negative(f), TEAL if i < 2 else ORANGE, "")
        for i, f in enumerate(a.flows)
    ]
    rows.append(("net growth of the model", a.net, DARK, ""))
    if a.remainder is not None:
        rows.append(("unexplained remainder", a.remainder, PLUM, ""))
    figure, axes = canvas(height=0.52 * len(rows) + 0.8)
    _bars(axes, rows)
    axes.set_xlabel("People joining (right) and leaving (left)")
    flows = words._flows(record)
    entered = flows["first_registrations"].median + flows["releases"].median
    return Exhibit(
        name="accounting",
        headline=f"About {n.count(entered)} joined and {n.count(entered - a.net.median)} left",
        subtitle=(
            f"Movements of the community stock, {record.nation}, {_year(record)}; 90% intervals"
        ),
        alt=(
            f"Bars of the year's movements: {n.count(entered)} people join, of whom "
            f"{n.count(flows['releases'].median)} on release; the net growth of the model is "
            f"{words.people(a.net, sign=True)}."
        ),
        source=_source(record),
        data=_frame(rows),
        figure=figure,
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
    frame = pd.DataFrame(list(record.impulse))
    figure, axes = canvas(height=4.0)
    axes.axhline(0, color=GREY, lw=1)
    ends = []
    for kind, color in _KIND_COLORS.items():
        rows = frame[frame["kind"] == kind].sort_values("years")
        axes.fill_between(rows["years"], rows["low"], rows["high"], color=color, alpha=0.18, lw=0)
        style = {"all": "-", "crossing": "--", "waiting": ":"}[kind]
        axes.plot(rows["years"], rows["median"], color=color, marker="o", ms=4, ls=style)
        ends.append((rows["years"].iloc[-1], rows["median"].iloc[-1], words.KINDS[kind], color))
    for x, y, text, color in ends:
        label_end(axes, x, y, "\n".join(textwrap.wrap(text, 18)), color)
    axes.set_xlabel("Years after the change")
    axes.set_ylabel("Change of the stock, people")
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_xticks(sorted(frame["years"].unique()))
    effect = words._impulse(record, "all")
    low = min(effect.values(), key=lambda row: row["median"])
    return Exhibit(
        name="impulse",
        headline="Longer sentences lower the count for years before they raise it",
        subtitle=f"A lasting 10% on all sentences, {record.nation}; 90% intervals",
        alt=(
            f"Lines of the change of the stock after sentences grow longer by 10%: it is lowest "
            f"with {n.count(low['median'], sign=True)} people after {low['years']} years (90% "
            f"interval {n.count(low['low'], sign=True)} to {n.count(low['high'], sign=True)})."
        ),
        source=_source(record),
        data=frame.round(1),
        figure=figure,
    )


def contraction(record: RegisterRecord) -> Exhibit:
    """Draw how much the data narrow each parameter."""
    ordered = sorted(record.parameters, key=lambda p: -p.contraction)
    figure, axes = canvas(height=0.42 * len(ordered) + 0.9)
    places = range(len(ordered))[::-1]
    colors = {"data": DARK, "partly": TEAL, "prior only": LIGHT}
    for y, p in zip(places, ordered, strict=True):
        axes.barh(y, max(p.contraction, 0.0), color=colors[p.told], edgecolor=GREY, lw=0.5)
        axes.annotate(
            f"{n.number(p.contraction, 2)} {p.told}",
            (max(p.contraction, 0.0), y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    labels = [_wrap(p.meaning, 44) for p in ordered]
    axes.set_yticks(list(places), labels, fontsize=8)
    axes.set_xlim(0, 1.25)
    axes.set_ylim(-0.7, len(ordered) - 0.3)
    axes.set_xlabel("Share of the prior's variance that the data remove")
    told = [p for p in ordered if p.told == "data"]
    only = [p for p in ordered if p.told == "prior only"]
    return Exhibit(
        name="contraction",
        headline=f"The data tell {n.cardinal(len(told))} of {len(ordered)} parameters",
        subtitle=f"Prior against posterior of each parameter, {record.nation}",
        alt=(
            f"Bars of how much the data narrow each of {len(ordered)} parameters: "
            f"{n.cardinal(len(told))} by more than half, {n.cardinal(len(only))} hardly at all."
        ),
        source=_source(record),
        data=pd.DataFrame(
            [(p.meaning, round(p.contraction, 3), p.told, p.quality) for p in ordered],
            columns=["Parameter", "Contraction", "Told by", "Quality of the prior"],
        ),
        figure=figure,
    )


_SHOWN_INPUTS = ("sentenced", "custody", "images", "cautions", "length", "served")


def inputs(record: RegisterRecord) -> Exhibit:
    """Draw the inputs by year: solid where a figure stands, open where a line joins or holds."""
    frame = pd.DataFrame(list(record.inputs))
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


def scenario(record: ScenarioRecord) -> Exhibit:
    """Draw baseline and scenario with their bands."""
    frame = pd.DataFrame([vars(p) for p in record.points])
    x = [d.year + (d.month - 0.5) / 12 for d in frame["date"]]
    figure, axes = canvas(height=4.0)
    for name, color, style in (("baseline", DARK, "-"), ("scenario", ORANGE, "--")):
        axes.fill_between(
            x, frame[f"{name}_low"], frame[f"{name}_high"], color=color, alpha=0.16, lw=0
        )
        axes.plot(x, frame[name], color=color, ls=style)
    last = frame.iloc[-1]
    gap = 0.04 * max(last["baseline"], last["scenario"])
    up = gap if last["scenario"] >= last["baseline"] else -gap
    near = abs(last["scenario"] - last["baseline"]) < 2 * gap
    label_end(axes, x[-1], last["baseline"] - (up if near else 0), "as it is", DARK)
    label_end(axes, x[-1], last["scenario"] + (up if near else 0), "supposed", ORANGE)
    axes.set_ylim(0, frame[["baseline_high", "scenario_high"]].to_numpy().max() * 1.08)
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_ylabel("People")
    return Exhibit(
        name="scenario",
        headline=(
            f"Supposed: {n.count(last['difference'], sign=True)} people by {last['date']:%B %Y}"
        ),
        subtitle=(
            f"{words.capital(n.listing(list(record.words)))}, from {record.since:%B %Y}; "
            f"{record.nation}; bands: 90% intervals"
        ),
        alt=str(words.scenario(record)),
        source=(
            f"Register model of this study, figures up to {n.day(record.as_of)}; the posterior is "
            "not fitted again."
        ),
        data=frame.round(1),
        figure=figure,
    )

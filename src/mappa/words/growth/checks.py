"""Sentences about two checks: the control chart of the yearly rate, and who gets printed."""

from __future__ import annotations

import pandas as pd

from mappa.growth.control import FEWEST, FIRM
from mappa.growth.record import GrowthRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose


def control(chart: pd.DataFrame, beside: pd.DataFrame, record: GrowthRecord) -> Prose:
    """Return what the control charts of an area's rate, and of it beside the nation's, show.

    Parameters
    ----------
    chart, beside: as :func:`mappa.growth.control_chart` gives them.
    """
    most = int(chart["points"].max()) if len(chart) else 0
    if most < FEWEST:
        return Prose(
            f"No control limits are drawn for {record.force}: they need {n.cardinal(FEWEST)} "
            f"yearly counts on one basis, and there {_are(most)}."
        )
    text = (
        f"{_outside(chart, record.force)} A steady rise alone does this, for the limits allow "
        f"only for the jumps from one year to the next. {_outside(beside, 'the ratio')} That "
        f"takes out what {record.nation} did as a whole."
    )
    if most < FIRM:
        text += f" With fewer than {n.cardinal(FIRM)} counts the limits are provisional."
    return Prose(text)


def _are(number: int) -> str:
    return (
        f"is {n.cardinal(1)}" if number == 1 else f"are {n.cardinal(number) if number else 'none'}"
    )


def _outside(chart: pd.DataFrame, what: str) -> str:
    limited = chart.dropna(subset="low")
    years = [str(day.year) for day in limited.index[limited["outside"]]]
    of = n.cardinal(len(limited))
    subject = "the rate of " + what if what != "the ratio" else "its ratio to the national rate"
    if not years:
        return f"In none of {of} years is {subject} outside its limits."
    return f"In {n.cardinal(len(years))} of {of} years {subject} is outside ({n.listing(years)})."


def printing(record: GrowthRecord) -> Prose:
    """Return by how much hidden counts lie from the estimates: printing may tell of growth."""
    found = [s for s in record.validation if s.test == "since"]
    if not found:
        return Prose("Whether printed areas had grown more is not tested for these tables.")
    bias, error = 100 * found[0].bias, 100 * found[0].bias_se
    if abs(bias) < 2 * error:
        return Prose(
            f"Whether areas that get printed had grown more cannot be told: with nothing known "
            f"for four years hidden counts lie {n.number(bias, 1, sign=True)} log points (about "
            f"percent) from the estimates, with a standard error of {n.number(error, 1)}."
        )
    more, low = ("more", "low") if bias > 0 else ("less", "high")
    return Prose(
        f"Areas that get printed had grown {more} than the model expects. With nothing known for "
        f"four years, hidden counts lie {n.number(bias, 1, sign=True)} log points (about percent) "
        f"from the estimates, with a standard error of {n.number(error, 1)}. An area that is never "
        f"printed cannot be checked in this way, so no estimate is corrected. If it has grown as "
        f"the printed areas have, its estimate is too {low} by about as much."
    )

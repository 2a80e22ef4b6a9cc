"""Exact words of the forecast side, with every branch; every number is in its record."""

# ruff: noqa: E501 (whole sentences are pinned as they are read)

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import reading
from inline_snapshot import snapshot

from mappa.data import Data
from mappa.forecasts import seals
from mappa.forecasts.backtest import Comparison, HorizonScore, RollingOrigins
from mappa.forecasts.scores import SealScore, score_seal
from mappa.forecasts.scoring import LEVELS
from mappa.forecasts.view import ForecastView, dated_counts, forecast_view
from mappa.plot import forecasts as charts
from mappa.records import Dated
from mappa.register.answers.value_of_information import Request, Settlement
from mappa.words import forecasts as fw
from mappa.words.register import fit as tw

ORIGIN = pd.Timestamp("2020-03-31")
DAY = pd.Timestamp("2021-03-31")


@pytest.fixture(scope="session")
def data(data: Data) -> Data:
    """The figures that were known when the second seal was made."""
    return data.until("2021-03-31")


@pytest.fixture(scope="module")
def view(data: Data) -> ForecastView:
    steps = np.linspace(-1000, 1000, 2001)
    draws = 62435 + np.array([2000, 4000]) + np.column_stack([steps, 2 * steps])
    return forecast_view(data, ORIGIN, draws)


def test_forecast_sentence_without_and_with_a_later_count(view: ForecastView) -> None:
    assert str(fw.forecast_sentence(view)) == snapshot(
        """\
The combined forecast for England and Wales on 31 March 2022 is 66,685 people on the register (90% interval 63,833 to 69,537). It uses counts up to 31 March 2020. The register model alone gives 66,435. No later count is in the data yet.

The forecast gives four methods the same weight: the register model, a random walk with drift, damped exponential smoothing and ARIMA(0,2,1). Its makers knew how the first sealed forecast had done. The register model assumes that the law stays as it is. It lets the number sentenced move at random from its last level.\
"""
    )
    inside = fw.forecast_sentence(view, [Dated(DAY, 64325)])
    assert "64,325 on 31 March 2021, inside its 90% interval of 62,881" in inside
    assert "outside its 90% interval of" in fw.forecast_sentence(view, [Dated(DAY, 70000)])


def test_comparison(data: Data) -> None:
    assert str(fw.comparison(rolling())) == snapshot(
        "The combined forecast cannot be compared with the register model: ok."
    )
    compared = Comparison(30, 8, 4, 807.4, 942.9, -135.5, -380.6, 96.0, 30)
    held = dataclasses.replace(rolling(), comparison=compared)
    assert str(fw.comparison(held)) == snapshot(
        """\
From eight past dates the combined forecast scored 807 and the register model 943 on average. The score (CRPS, in people) is the error with the spread weighed in, and lower is better. The combined forecast did better from four of the dates. The 90% interval of the difference is −381 to +96, so it could easily be chance.

Its 90% intervals held 30 of 30 counts. So few and overlapping dates cannot choose a method, and none was chosen by them.\
"""
    )


def horizon_score(method: str, label: str, rmse: float, **more: object) -> HorizonScore:
    base = {"horizon": 1, "cases": 8, "mean_error": 100.0, "crps": 400.0, "covered": None}
    return HorizonScore(
        method=method,
        label=label,
        rmse=rmse,
        interval_score=None,
        **{**base, **more},  # type: ignore[arg-type]
    )


def rolling(*scores: HorizonScore, missing: tuple[int, ...] = ()) -> RollingOrigins:
    return RollingOrigins(
        as_of=DAY,
        origins=(pd.Timestamp("2019-03-31"), ORIGIN),
        missing=missing,
        scores=scores,
        trials=(),
        comparison=None,
        register_status="ok",
    )


DRIFT = horizon_score("five_year_drift", "mean change of five years", 700)


def test_origins() -> None:
    ours = horizon_score("register_mode", "register model (posterior mode)", 697, covered=5)
    said = fw.origins(rolling(ours, DRIFT, missing=(2012,)))
    assert "No national count is known for 2012: it is no starting point" in said
    assert "refitted offline at each date, at the posterior mode of each version" in said
    assert fw.origins(rolling(DRIFT)) == "The register model is not in the table: ok."


def request(name: str, reduction: float | None, **more: object) -> Request:
    base: dict[str, object] = {
        "candidate": name,
        "table": f"the table of {name}",
        "holder": "the Office",
        "measures": (f"flow.{name}",),
        "error": 0.03,
        "reduction": reduction,
        "by_component": {"terms": 0.1, "remainder": 0.6} if reduction is not None else {},
        "sd_before": {},
        "sd_after": {},
        "request": f"Please send {name}.",
        "status": "ok",
    }
    return Request(**{**base, **more})  # type: ignore[arg-type]


def settlement(*requests: Request) -> Settlement:
    return Settlement(ORIGIN, ("terms", "remainder"), 500, requests, 0.71)


def test_settle_words() -> None:
    unknown = request("deaths", None, status="the model does not show flow.deaths")
    s = settlement(request("expiries", 0.48), unknown)
    assert tw.settle_sentence(s) == (
        "The unpublished table that would narrow the answer most is the table of expiries. It "
        "should remove 48% of the answer's variance, and 60% of that of its part 'remainder'. All "
        "the tables together would remove 71%. This assumes that the model holds and that a table "
        "meets its numbers within 3%."
    )
    assert tw.settle_request(s.requests[0]) == "To the Office.\n\nPlease send expiries."
    assert tw.settle_sentence(settlement(unknown)) == (
        "None of the tables that could be asked for would narrow the answer."
    )


@pytest.fixture(scope="module")
def score(data: Data) -> SealScore:
    return score_seal(_seal(data), data)


def _seal(data: Data) -> seals.Seal:
    nation, area = data.nation, "Durham"
    dates = [ORIGIN + pd.DateOffset(years=h) for h in (1, 2)]
    steps = np.quantile(np.linspace(-1000, 1000, 2001), LEVELS)
    rows = [
        seals.forecast_rows("area", area, "national_growth", dates[0], 868.0),
        *(
            seals.forecast_rows(scope, place, "model", day, values)
            for h, day in enumerate(dates)
            for scope, place, values in (
                ("nation", nation, 64000 + 2000 * h + steps),
                ("area", area, 850 + 30 * h + steps / 10),
            )
        ),
    ]
    methods = {"model": "a model", "national_growth": "last count moved by the nation's growth"}
    return seals.make_seal(
        data, ORIGIN, 2, pd.concat(rows), methods, name="first", sealed_on=dt.date(2020, 12, 1)
    )


def test_seal_sentence(score: SealScore) -> None:
    assert str(fw.seal_sentence(score)) == snapshot("""\
The forecast from 31 March 2020 was sealed on 1 December 2020 under the name first. One of the counts it is scored with was already in the data, so that test was not blind.

The forecast from 31 March 2020 was 325 too low for 2021. Its 90% intervals held every count.

The share of the forecast below the count (PIT) was 66% for 2021. The middle is 50%: one of one count came above it.

For areas its 90% intervals held 1 of 1 counts. It missed by 51 people on average for 2021; carrying each last count forward at the national growth rate missed by 33.

No count is in the data yet for 31 March 2022.\
""")


def test_seal_sentence_when_nothing_can_be_said(data: Data) -> None:
    early = score_seal(_seal(data), data.until(ORIGIN))
    assert fw.seal_sentence(early) == (
        "The forecast from 31 March 2020 was sealed on 1 December 2020 under the name first. It "
        "cannot be scored yet: no count later than the origin is in the data."
    )


def test_seals_sentence(score: SealScore) -> None:
    assert fw.seals_sentence([]) == (
        "There is no sealed forecast yet: `mappa forecast seal` makes one."
    )
    one = fw.seal_sentence(score)
    assert fw.seals_sentence([score, score]) == f"{one}\n\n{one}"


def test_seal_sentence_tells_how_blind_it_was(score: SealScore) -> None:
    assert "One of the counts" in fw.seal_sentence(score)
    assert "not blind" not in fw.seal_sentence(dataclasses.replace(score, blind=1))
    two = dataclasses.replace(score, scored=2, blind=0)
    assert "Two of the counts it is scored with were already in the data" in fw.seal_sentence(two)
    late = dataclasses.replace(score, blind=1, sealed_on=pd.Timestamp("2026-11-25"))
    assert "only its makers' word" in fw.seal_sentence(late)
    assert "only its makers' word" not in fw.seal_sentence(score)
    revised = dataclasses.replace(score, inputs_unchanged=False)
    assert fw.seal_sentence(revised).endswith("have been revised since it was sealed.")
    bare = dataclasses.replace(score, areas=())
    assert "No later count of an area is in the data." in fw.seal_sentence(bare)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"error": 0.2, "covered": True},
            "was exactly right for 2021. Its 90% intervals held every",
        ),
        ({"error": 31.4, "covered": True}, "was 31 too high for 2021."),
        (
            {"error": -900.0, "covered": False},
            "was 900 too low for 2021. Its 90% intervals held none",
        ),
    ],
)
def test_each_error_is_said_with_its_side(
    score: SealScore, changes: dict[str, float | bool], said: str
) -> None:
    case = dataclasses.replace(score.national[0], **changes)  # type: ignore[arg-type]
    text = fw.seal_sentence(dataclasses.replace(score, national=(case,)))
    assert said in text and not reading.faults(text)
    missed = [dataclasses.replace(case, covered=c) for c in (True, False)]
    text = fw.seal_sentence(dataclasses.replace(score, national=tuple(missed)))
    assert "held one of 2 counts, not that of 2021" in text


def test_seal_tables(score: SealScore) -> None:
    table = fw.seal_table(score)
    assert table.frame.iloc[0].tolist()[:6] == [
        "A model",
        "31 March 2021",
        "64,000 (63,100 to 64,900)",
        "64,325",
        "−325",
        "yes",
    ]
    assert table.frame.iloc[1].tolist()[3:] == ["no count yet", "", "", ""]
    assert score.seal_sha256 in table.note


def numbers_in(text: str) -> set[float]:
    return {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def test_every_number_of_the_alt_text_is_in_the_record(data: Data, view: ForecastView) -> None:
    later = dated_counts(data, after=ORIGIN)
    exhibit = charts.forecast_chart(view, later, publisher="the Ministry")
    known = {
        round(v, 0) for f in (*view.combined, *view.register, *view.benchmarks) for v in _ends(f)
    }
    known |= {c.value for c in (*view.history, *later)}
    known |= {31, 90, 50} | {float(y) for y in range(2002, 2026)}
    assert numbers_in(exhibit.alt) <= known
    assert numbers_in(exhibit.headline) <= known
    assert len(exhibit.headline.split()) <= 12
    assert set(exhibit.data["Series"]) >= {"count", "register model", "random walk with drift"}


def _ends(forecast: object) -> list[float]:
    values = (getattr(forecast, name) for name in ("value", "low", "high"))
    return [v for v in values if v is not None]


def test_charts_are_the_same_bytes_and_take_no_later_counts(view: ForecastView) -> None:
    first, again = charts.forecast_chart(view), charts.forecast_chart(view)
    assert first.svg() == again.svg()
    assert "since" not in first.alt
    assert "forecast to fall to 60,000" in charts.forecast_chart(falling(view)).headline


def falling(view: ForecastView) -> ForecastView:
    lower = tuple(dataclasses.replace(f, value=60000.0) for f in view.combined)
    return dataclasses.replace(view, combined=lower)


def test_seal_chart(score: SealScore) -> None:
    exhibit = charts.seal_chart(score)
    assert exhibit.headline == "Sealed 90% intervals held 1 of 1 counts of areas"
    assert exhibit.alt.endswith("held the counts of 1.")
    empty = charts.seal_chart(dataclasses.replace(score, area_cases=()))
    assert empty.alt == "No area that the seal forecasts has a later count."
    assert "<svg" in empty.svg()


def test_labels_are_spread_apart_and_keep_their_order() -> None:
    placed = charts.spread([10.0, 10.5, 30.0, 10.2], 2.0)
    order = np.argsort(placed)
    assert order.tolist() == [0, 3, 1, 2]
    assert np.diff(np.sort(placed)).min() >= 2.0 - 1e-6
    assert charts.spread([], 1.0) == []


def test_made_up_country_has_its_own_words(made_up_data: Data, tmp_path: Path) -> None:
    origin = pd.Timestamp("2018-03-31")
    last = made_up_data.national("rso_count")[origin]
    view = forecast_view(made_up_data, origin, np.linspace(last, last + 200, 101)[:, None])
    text = fw.forecast_sentence(view, dated_counts(made_up_data, after=origin))
    assert "Freedonia and Sylvania" in text and "31 March 2019" in text
    assert "England" not in text
    exhibit = charts.forecast_chart(view, publisher="the Office of Registers")
    assert "the Office of Registers" in exhibit.source
    assert "England" not in exhibit.svg() + exhibit.alt + exhibit.subtitle

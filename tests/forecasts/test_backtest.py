"""Rolling origins: honest about the missing year, blind to what came later, kept with care."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data, load
from mappa.forecasts import backtest as ro
from mappa.forecasts import vintage as fl
from mappa.forecasts.benchmarks import METHODS
from mappa.forecasts.scoring import LEVELS


@pytest.fixture(scope="session")
def data(data: Data) -> Data:
    """The figures that were known when what is kept was made."""
    return data.until("2021-03-31")


def test_origins_of_the_study(data: Data) -> None:
    rolling = ro.rolling_origins(data)
    assert [o.year for o in rolling.origins] == [2013, *range(2014, 2021)]
    assert rolling.missing == (2012,)
    assert {t.date.year for t in rolling.trials} == set(range(2014, 2022))


def test_every_method_meets_the_same_cases(data: Data) -> None:
    rolling = ro.rolling_origins(data)
    cases: dict[str, set[tuple[object, object]]] = {}
    for t in rolling.trials:
        cases.setdefault(t.method, set()).add((t.origin, t.date))
    assert len({frozenset(c) for c in cases.values()}) == 1
    assert {s.cases for s in rolling.scores if s.horizon == 1} == {8}


def test_scores_by_hand(data: Data) -> None:
    rolling = ro.rolling_origins(data)
    counts = data.national("rso_count")
    by_year = {d.year: v for d, v in counts.items()}
    errors = []
    for year in (2013, 2014, 2015, 2016, 2017, 2018, 2019, 2020):
        old = max(y for y in by_year if y <= year - 5 and y >= 2002)
        drift = (by_year[year] - by_year[old]) / (year - old)
        errors.append(by_year[year] + drift - by_year[year + 1])
    (score,) = [s for s in rolling.scores if s.method == "five_year_drift" and s.horizon == 1]
    assert score.rmse == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    assert score.mean_error == pytest.approx(np.mean(errors))
    assert (score.covered, score.interval_score) == (None, None)
    assert score.crps == pytest.approx(np.mean(np.abs(errors)))


def test_as_of_an_earlier_date_nothing_later_is_scored(data: Data) -> None:
    rolling = ro.rolling_origins(data.until("2019-03-31"))
    assert max(t.date.year for t in rolling.trials) == 2019
    assert rolling.as_of.year == 2019


def test_kept_forecasts_belong_to_the_figures(data: Data) -> None:
    forecasts, status = ro.register_forecasts(data)
    assert status == "ok"
    assert len(forecasts) == 40
    assert all(f.low is not None and f.low < f.value < f.high for f in forecasts)


def test_kept_forecasts_of_other_figures_are_not_shown(data: Data) -> None:
    table = data.national_figures.copy()
    early = (table["measure"] == "rso_count") & (table["date"] == "2014-03-31")
    table.loc[early, "value"] += 100
    other = dataclasses.replace(data, national_figures=table, digest="revised 2014")
    forecasts, status = ro.register_forecasts(other)
    assert {f.origin.year for f in forecasts} == {2013}
    assert "made from other figures" in status


def test_mended_notes_and_later_rows_leave_the_digest(data: Data) -> None:
    day = "2018-03-31"
    table = data.national_figures.assign(note="mended")
    other = dataclasses.replace(data, national_figures=table, digest="notes")
    assert ro.inputs_digest(other, day) == ro.inputs_digest(data, day)
    assert ro.inputs_digest(data.until("2019-03-31"), day) == ro.inputs_digest(data, day)
    assert ro.inputs_digest(data, "2019-03-31") != ro.inputs_digest(data, day)


def test_without_kept_forecasts_the_benchmarks_stand_alone(made_up_data: Data) -> None:
    rolling = ro.rolling_origins(made_up_data)
    assert "no forecasts of it are kept" in rolling.register_status
    assert {s.method for s in rolling.scores} <= set(METHODS)
    assert rolling.scores


def test_a_refit_round_trips_through_the_file(data: Data, data_copy: Path) -> None:
    def straight(known: Data, origin: pd.Timestamp, horizon: int) -> np.ndarray:
        last = known.national("rso_count").iloc[-1]
        assert known.national("rso_count").index[-1] == origin  # nothing later is handed over
        return last + np.add.outer(np.linspace(-100, 100, 201), 1000.0 * np.arange(1, horizon + 1))

    frame = pd.concat(list(ro.refit(data, straight, horizon=2)))
    frame.to_csv(data_copy / "origins.csv", index=False, quoting=csv.QUOTE_MINIMAL)
    rolling = ro.rolling_origins(load(data_copy), 2)
    assert rolling.register_status == "ok"
    ours = [t for t in rolling.trials if t.method == ro.REGISTER]
    assert {t.horizon for t in ours} == {1, 2}
    counts = {d.year: v for d, v in data.national("rso_count").items()}
    for t in ours:
        assert t.value == pytest.approx(counts[t.origin.year] + 1000 * t.horizon)


@pytest.mark.slow()
def test_a_kept_forecast_is_remade_by_its_command(data: Data) -> None:
    from mappa.forecasts.national_draws import mode_draws

    kept, _ = ro.stored_forecasts(data)
    origin = kept["origin"].min()
    rows = kept[kept["origin"] == origin].sort_values(["date", "level"])
    draws = mode_draws(data, origin, ro.HORIZON)
    again = np.quantile(draws, LEVELS, axis=0).T.ravel()
    # The optimiser stops within its tolerance: a few people, not thousands.
    np.testing.assert_allclose(rows["value"].to_numpy(), again, rtol=2e-3)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2019", "2019-12-31"),
        ("2019-02", "2019-02-28"),
        ("2020-11-10", "2020-11-10"),
        ("", None),
        ("autumn", None),
    ],
)
def test_publication_dates_are_read_at_their_latest(text: str, last: str | None) -> None:
    day = fl.published_by(text)
    assert (None if day is None else day.isoformat()) == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2003-2013", "2013-12-31"),
        ("2012-09/2016-03", "2016-03-31"),
        ("to 2005-04", "2005-04-30"),
        ("undated", None),
    ],
)
def test_periods_end_where_they_say(text: str, last: str | None) -> None:
    day = fl.period_end(text)
    assert (None if day is None else day.isoformat()) == last


def test_what_was_published_late_from_march_2020(data: Data) -> None:
    late = fl.published_later(data, "2020-03-31")
    found = {x.date: x for x in late if x.table == "national_figures"}
    assert found["2011-03-31"].kind == "later"  # known only from the tables of 2022/23
    assert found["2020-03-31"].kind == "usual lag"
    assert "2014-03-31" not in found
    assert all(x.date <= "2020-03-31" for x in found.values())
    assert {x.kind for x in late if x.table == "sentencing"} <= {"later", "not dated", "usual lag"}

"""What-ifs: names and values are checked in one sentence; no change is no change."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mappa.commands import _register_all, app
from mappa.data import Data
from mappa.errors import MappaError, UnknownName, UsageError
from mappa.register.answers import scenarios
from mappa.register.inference import draws as posteriors
from mappa.register.inference.draws import Posterior
from mappa.register.law.terms import terms_of_law

AS_OF = "2020-03-31"


def parse(data: Data, settings: dict[str, str], **kwargs: Any) -> Any:
    terms = terms_of_law(data.notification_rules)
    options = {"terms": terms, "today": 2020.25, "horizon": 10, **kwargs}
    return scenarios.parse(settings, **options)


@pytest.mark.parametrize(
    ("settings", "kwargs", "words"),
    [
        ({"threshold_month": "48"}, {}, "did you mean 'threshold_months'"),
        ({}, {}, "A scenario needs a setting: threshold_months, "),
        ({"caution_years": "-1"}, {}, "caution_years is -1: it can be 0.5 to 99 years."),
        ({"caution_years": "two"}, {}, "caution_years is two: it can be 0.5 to 99 years."),
        ({"volume_percent": "nan"}, {}, "volume_percent is nan: it can be -100 to 200 percent."),
        ({"threshold_months": "6"}, {}, "threshold_months is 6: it can be 7 to 240 months."),
        ({"volume_percent": "5"}, {"since": "2031-01"}, "from is 2031-01: it can be 1997-09 to "),
        ({"volume_percent": "5"}, {"since": "1990-01"}, "it can be 1997-09 to 2030-03."),
        ({"volume_percent": "5"}, {"since": "soon"}, "write a month as YYYY-MM"),
        ({"volume_percent": "5"}, {"since": "2010-13"}, "write a month as YYYY-MM"),
        ({"volume_percent": "5"}, {"cohorts": "all"}, "cohorts=all needs a change of the law"),
        ({"volume_percent": "5"}, {"cohorts": "some"}, "choose one of new, all"),
        ({"volume_percent": "5"}, {"horizon": 40}, "it can be 1 to 10."),
    ],
)
def test_what_is_not_allowed_gets_one_sentence(
    data: Data, settings: dict[str, str], kwargs: dict[str, Any], words: str
) -> None:
    with pytest.raises(MappaError) as caught:
        parse(data, settings, **kwargs)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, UsageError | UnknownName)


@pytest.fixture(scope="module")
def p(data: Data) -> Posterior:
    return posteriors.load(data, AS_OF)


DATES = np.array([2015.25, 2020.25, 2025.25, 2030.25])


@pytest.mark.parametrize("cohorts", ["new", "all"])
def test_no_change_equals_the_baseline_to_the_last_digit(
    data: Data, p: Posterior, cohorts: str
) -> None:
    terms = p.density.model.law.terms
    same = scenarios.Scenario(
        {"threshold_months": terms.threshold, "volume_percent": 0.0}, 2010.25, cohorts == "all"
    )
    before, after = scenarios.run_pair(p.plan.far, p.z[0], same, DATES)
    assert np.array_equal(before, after)


@pytest.mark.parametrize(
    ("settings", "cohorts", "sign"),
    [
        ({"threshold_months": "48"}, "new", -1),
        ({"threshold_months": "48"}, "all", -1),
        ({"threshold_months": "24"}, "new", 1),
        ({"long_years": "15"}, "all", -1),
        ({"caution_years": "5"}, "new", 1),
        ({"other_years": "3"}, "all", -1),
        ({"review_wait_years": "10"}, "all", -1),
        ({"volume_percent": "10"}, "new", 1),
        ({"volume_percent": "-10"}, "new", -1),
        ({"time_served_percent": "10"}, "new", -1),
    ],
)
def test_each_setting_moves_the_stock_the_right_way(
    data: Data, p: Posterior, settings: dict[str, str], cohorts: str, sign: int
) -> None:
    scenario = parse(data, settings, since="2012-04", cohorts=cohorts)
    before, after = scenarios.run_pair(p.plan.far, p.centres[0], scenario, DATES)
    assert sign * (after - before)[-1] > 0
    dates = np.array([2010.25, 2012.25])
    before, after = scenarios.run_pair(p.plan.far, p.centres[0], scenario, dates)
    assert after == pytest.approx(before, abs=1e-9)


def test_a_law_for_everyone_works_at_once_and_for_new_cohorts_only_later(
    data: Data, p: Posterior
) -> None:
    new = parse(data, {"other_years": "3"}, since="2015-04")
    everyone = parse(data, {"other_years": "3"}, since="2015-04", cohorts="all")
    dates = np.array([2015.5, 2018.0, 2021.25])
    z = p.centres[0]
    base, few = scenarios.run_pair(p.plan.far, z, new, dates)
    _, many = scenarios.run_pair(p.plan.far, z, everyone, dates)
    # The halved terms of the young end first, so that a small part moves before three years.
    assert abs((few - base)[0]) < 1e-6 < (base - many)[0]
    assert (many <= few + 1e-9).all()


def test_ten_percent_more_sentences_are_not_ten_percent_more_people(
    data: Data, p: Posterior
) -> None:
    scenario = parse(data, {"volume_percent": "10"})
    before, after = scenarios.run_pair(p.plan.far, p.centres[0], scenario, DATES)
    gain = (after / before - 1)[-1]
    assert 0 < gain < 0.10


def run(*args: str) -> Result:
    if not app.registered_groups:
        _register_all()
    return CliRunner().invoke(app, ["register", *args])


def test_command_prints_baseline_and_scenario() -> None:
    result = run("scenario", "threshold_months=48", "from=2010-04", "--json")
    assert result.exit_code == 0, result.output
    record = json.loads(result.output)
    assert record["settings"] == {"threshold_months": 48.0}
    assert record["since"] == "2010-04-01"
    last = record["points"][-1]
    assert last["date"] == "2030-03-31"
    assert last["scenario"] < last["baseline"]
    assert last["scenario_low"] < last["scenario"] < last["scenario_high"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["threshold"], "'threshold' is not name=value: the names are threshold_months, "),
        (["volume_percent=5", "volume_percent=6"], "volume_percent is given twice"),
        (["speed=5"], "There is no setting called 'speed'"),
    ],
)
def test_command_refuses_what_it_does_not_know(args: list[str], words: str) -> None:
    result = run("scenario", *args)
    assert result.exit_code != 0
    assert words in str(result.exception)

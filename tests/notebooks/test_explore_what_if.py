"""What-ifs under the hand: the same runs as the scenario's, in words and a picture."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from mappa.data import Data
from mappa.errors import UsageError
from mappa.plot.register import charts
from mappa.register.answers import scenarios
from mappa.register.answers.scenarios import ScenarioRecord, in_force
from mappa.register.inference import draws as posteriors
from mappa.words import capital
from mappa.words.register import law as words

MINUS = "\N{MINUS SIGN}"
MEANING = {s.name: s.meaning for s in scenarios.SETTINGS}


def point(year: int, baseline: float, scenario: float) -> scenarios.ScenarioPoint:
    day = dt.date(year, 3, 31)
    return scenarios.ScenarioPoint(
        day, baseline, None, None, scenario, None, None, scenario - baseline, None, None
    )


def record(scenario: float, baseline: float = 70_000, **changes: object) -> ScenarioRecord:
    made = ScenarioRecord(
        nation="Freedonia",
        as_of=dt.date(2018, 3, 31),
        horizon=10,
        settings={"threshold_months": 48.0, "volume_percent": -10.0},
        words=(
            f"{MEANING['threshold_months']}: 48 months",
            f"{MEANING['volume_percent']} of {MINUS}10%",
        ),
        since=dt.date(2012, 4, 1),
        cohorts="new",
        status="sampled",
        points=(point(2018, 50_000.0, 50_000.0), point(2028, baseline, scenario)),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


HEAD = (
    f"{capital(MEANING['threshold_months'])}: 48 months and {MEANING['volume_percent']} of "
    f"{MINUS}10%, for those sentenced from 1 April 2012 on. By 31 March 2028 that would mean "
)
TAIL = " This is the middle of the draws; the button Intervals shows how sure it is."


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (66_352, "about 3,648 fewer people on the register, 66,352"),
        (71_000, "about 1,000 more people on the register, 71,000"),
        (70_001, "about one person more on the register, 70,001"),
        (69_999, "about one person fewer on the register, 69,999"),
        (70_000.3, "no change in the number on the register, 70,000"),
    ],
)
def test_the_sentence(scenario: float, said: str) -> None:
    assert words.changed(record(scenario)) == f"{HEAD}{said} in place of 70,000.{TAIL}"


def test_everyone() -> None:
    text = words.changed(record(1, cohorts="all", words=("term: indefinite",)))
    assert text.startswith("Term: indefinite, for everyone from 1 April 2012 on. By 31 March 2028")


def test_the_picture_carries_the_numbers() -> None:
    exhibit = charts.scenario(record(66_352))
    assert exhibit.headline == "About 3,648 fewer people on the register by March 2028"
    assert exhibit.alt == words.changed(record(66_352))
    assert exhibit.data["scenario"].tolist() == [50_000, 66_352]
    picture = exhibit.svg()
    assert f"{MINUS}3,648" in picture
    assert charts.scenario(record(66_352)).svg() == picture


def test_the_law_in_force_stands_on_the_controls(data: Data) -> None:
    """Sexual Offences Act 2003, section 82; review after 15 years (section 91B)."""
    law = in_force(data, str(data.settings["default_as_of"]))
    assert law["threshold_months"] == 30
    assert (law["short_years"], law["middle_years"], law["other_years"]) == (7, 10, 5)
    assert law["long_years"] == float("inf")
    assert law["caution_years"] == 2
    assert law["review_wait_years"] == 15
    assert {law[n] for n in law if n.endswith("_percent")} == {0}


def test_it_is_the_scenario_at_the_middle_of_the_posterior(data: Data) -> None:
    day = str(data.settings["default_as_of"])
    settings = {"threshold_months": 60, "volume_percent": -20}
    made = scenarios.build(data, day, settings, since="2012-04", horizon=6, draws=0)
    p = posteriors.load(data, data.date(day))
    scenario = scenarios.parse(
        settings,
        terms=p.density.model.law.terms,
        today=p.plan.today,
        horizon=6,
        since="2012-04",
    )
    dates = scenarios.dates_of(scenario, p.plan.today, 6, p.plan.near.grid.start)
    middles = [scenarios.run_pair(p.plan.far, z, scenario, dates) for z in p.centres]
    before, after = np.mean(middles, axis=0)
    assert np.array_equal([x.baseline for x in made.points], before)
    assert np.array_equal([x.scenario for x in made.points], after)
    assert made.since == dt.date(2012, 4, 1)
    assert made.points[-1].date == dt.date(data.date(day).year + 6, 3, 31)
    assert made.points[-1].difference < 0 and made.points[-1].difference_low is None
    # Nothing changes before the first day, and nothing supposed changes nothing.
    assert made.points[0].baseline == made.points[0].scenario
    still = scenarios.build(data, day, {"volume_percent": 0}, since="2012-04", horizon=6, draws=0)
    assert all(x.baseline == x.scenario for x in still.points)


def test_what_is_not_allowed_is_one_sentence(data: Data) -> None:
    day = str(data.settings["default_as_of"])
    with pytest.raises(UsageError, match="threshold_months is 3: it can be 7 to 240 months"):
        scenarios.build(data, day, {"threshold_months": 3}, since="2012-04", draws=0)
    with pytest.raises(UsageError, match="write a month as YYYY-MM"):
        scenarios.build(data, day, {"threshold_months": 48}, since="April", draws=0)

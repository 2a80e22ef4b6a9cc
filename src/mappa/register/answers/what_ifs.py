"""What-ifs that are stored: one setting changed at a time, over a grid, by the pooled model.

A page shows them without running the model. Laws hold for everyone from :data:`SINCE`, sentence
lengths and volume for those sentenced from then.
"""

from __future__ import annotations

import pandas as pd

from mappa.data import Data, schema
from mappa.register.answers import scenarios
from mappa.register.answers.scenarios import ScenarioRecord

TABLE = "what_ifs"
#: Name of the rows of the law and sentences in force.
IN_FORCE = "in_force"
SINCE, HORIZON = "2010-04", 10
GRID: dict[str, tuple[float, ...]] = {
    "threshold_months": (12, 18, 24, 36, 48, 60, 120),
    "middle_years": (5, 7, 15, 20),
    "long_years": (10, 15, 20, 30),
    "caution_years": (1, 3, 5),
    "review_wait_years": (8, 10, 20, 25),
    "sentence_length_percent": (-30, -20, -10, 10, 20, 30),
    "volume_percent": (-30, -20, -10, 10, 20, 30),
}
COLUMNS = (
    "setting", "value", "date", "median", "low", "high",
    "difference", "difference_low", "difference_high",
)  # fmt: skip


def run(data: Data, setting: str, value: float) -> ScenarioRecord:
    """Run one what-if of the grid."""
    cohorts = "new" if setting.endswith("_percent") else "all"
    return scenarios.build(
        data, data.day(), {setting: value}, since=SINCE, cohorts=cohorts, horizon=HORIZON
    )


def build(data: Data) -> pd.DataFrame:
    """Return every what-if of :data:`GRID` by date, with 90% intervals, in whole people.

    Columns: :data:`COLUMNS`. Rows of ``in_force`` are the baseline, which all share.
    """
    rows: list[tuple[object, ...]] = []
    for setting, values in GRID.items():
        for value in values:
            record = run(data, setting, value)
            rows += rows_of(record, setting, value)
    baseline = [
        (IN_FORCE, 0, p.date, p.baseline, p.baseline_low, p.baseline_high, 0, 0, 0)
        for p in record.points
    ]
    frame = pd.DataFrame(baseline + rows, columns=COLUMNS)
    frame[list(COLUMNS[3:])] = frame[list(COLUMNS[3:])].astype(float).round().astype(int)
    return frame


def rows_of(record: ScenarioRecord, setting: str, value: float) -> list[tuple[object, ...]]:
    """Return the rows of one what-if, unrounded."""
    return [
        (
            setting, value, p.date, p.scenario, p.scenario_low, p.scenario_high,
            p.difference, p.difference_low, p.difference_high,
        )
        for p in record.points
    ]  # fmt: skip


def stored(data: Data) -> pd.DataFrame | None:
    """Return the stored table, or ``None`` where a study has none.

    Raises
    ------
    DataError: a table that breaks its schema.
    """
    path = data.folder / f"{TABLE}.csv"
    if not path.is_file():
        return None
    return schema.read_table(path, data.dictionary)

"""What-ifs that are stored: one setting changed, or two, over a grid, by the pooled model.

A page shows them without running the model. Laws hold for everyone from :data:`SINCE`, sentence
lengths and volume for those sentenced from then.
"""

import itertools
from collections.abc import Iterator, Mapping

import pandas as pd

from mappa.data import Data, schema
from mappa.register.answers import scenarios
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord

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
PEOPLE = ["median", "low", "high", "difference", "difference_low", "difference_high"]
COLUMNS = ["setting", "value", "other", "other_value", "date", *PEOPLE]


def is_law(setting: str) -> bool:
    """Return whether a setting is a term of the law, not a change of sentences in percent."""
    return not setting.endswith("_percent")


def pairs() -> Iterator[dict[str, float]]:
    """Give changes of two settings: of the law all of them, because they act on each other.

    Of two that are not both of the law only the farthest are run: they show how far from the
    product of the single changes the model goes.
    """
    for one, other in itertools.combinations(GRID, 2):
        grids = (GRID[one], GRID[other])
        if not (is_law(one) and is_law(other)):
            grids = tuple((values[0], values[-1]) for values in grids)  # type: ignore[assignment]
        for values in itertools.product(*grids):
            yield dict(zip((one, other), values, strict=True))


def run(data: Data, settings: Mapping[str, float]) -> ScenarioRecord:
    """Run one what-if of the grid."""
    cohorts = "all" if any(map(is_law, settings)) else "new"
    return scenarios.build(
        data, data.day(), settings, since=SINCE, cohorts=cohorts, horizon=HORIZON
    )


def build(data: Data) -> pd.DataFrame:
    """Return every what-if by date, with 90% intervals, in people.

    Columns: one setting and its value, the other of a pair, the date, and :data:`PEOPLE`. Rows of
    ``in_force`` are the baseline, which all share.
    """
    singles = [{setting: value} for setting, values in GRID.items() for value in values]
    records = [(run(data, settings), settings) for settings in (*singles, *pairs())]
    alone = rows_of(records[0][0], {IN_FORCE: 0}, "baseline")
    frame = pd.concat([alone, *(rows_of(*each) for each in records)], ignore_index=True)
    frame[PEOPLE] = frame[PEOPLE].astype(float).round().astype(int)
    return frame


def rows_of(
    record: ScenarioRecord, settings: Mapping[str, float], line: str = "scenario"
) -> pd.DataFrame:
    """Return the rows of one what-if, unrounded, or of the other *line*: the baseline."""
    (setting, value), (other, other_value) = [*settings.items(), ("", "")][:2]
    ends = {line: "median", f"{line}_low": "low", f"{line}_high": "high"}
    rows = ScenarioPoint.to_frame(record.points).rename(columns=ends)
    if line == "baseline":
        rows[PEOPLE[3:]] = 0.0
    return rows.assign(setting=setting, value=value, other=other, other_value=other_value)[COLUMNS]


def errors_of_products(table: pd.DataFrame) -> pd.DataFrame:
    """Return how far the product of two single changes is from the model at the last date.

    Single changes are multiplied as ratios to the law and sentences in force. Of each stored pair
    that is not of the law alone: ``setting``, ``other``, and ``median``, ``low`` and ``high``, each
    product less exact (people).
    """
    lines, last = PEOPLE[:3], table[table["date"] == table["date"].max()]
    alone = last[last["other"] == ""].set_index(["setting", "value"])[lines].astype(float)
    pairs = last[(last["other"] != "") & ~(last["setting"].map(is_law) & last["other"].map(is_law))]
    one = alone.loc[list(zip(pairs["setting"], pairs["value"], strict=True))].to_numpy()
    other = alone.loc[list(zip(pairs["other"], pairs["other_value"], strict=True))].to_numpy()
    product = one * other / alone.loc[(IN_FORCE, 0)].to_numpy()
    return pairs[["setting", "other"]].join(product - pairs[lines])


def stored(data: Data) -> pd.DataFrame | None:
    """Return the stored table, or ``None`` where a study has none.

    Raises DataError: a table that breaks its schema.
    """
    path = data.folder / f"{TABLE}.csv"
    return schema.read_table(path, data.dictionary) if path.is_file() else None

"""The order of the areas and pairs of them: intervals, ranks, estimates marked, and the words."""

from __future__ import annotations

import csv
import io
import itertools
import json

import numpy as np
import pandas as pd
import pytest
import reading
import typer
from scipy import stats
from typer.testing import CliRunner

from mappa.commands.areas import areas, compare, rank
from mappa.data import Data
from mappa.errors import UsageError
from mappa.growth import estimates
from mappa.growth.ranking import DRAWS, ESTIMATE, _drawn, pairs, ranking
from mappa.rates import doors
from mappa.words.growth import ranking as words

DAY = pd.Timestamp("2020-03-31")
app = typer.Typer()
app.command()(areas)
app.command()(rank)
app.command()(compare)


@pytest.fixture(scope="module")
def table(data: Data) -> pd.DataFrame:
    return ranking(data, DAY)


def test_a_count_has_its_exact_interval(table: pd.DataFrame) -> None:
    """Garwood's limits are quantiles of chi-squared."""
    row = table.loc["Cumbria"]
    low, high = stats.chi2.ppf(0.025, 2 * 594) / 2, stats.chi2.ppf(0.975, 2 * 595) / 2
    assert row["count"] == 594
    assert row["low"] == pytest.approx(1e5 * low / row["people"])
    assert row["high"] == pytest.approx(1e5 * high / row["people"])


def test_an_area_without_a_count_has_the_stored_estimate_and_is_marked(
    data: Data, table: pd.DataFrame
) -> None:
    middle, _, _ = estimates.stored_estimate(data, "Kent", DAY) or (0, 0, 0)
    row = table.loc["Kent"]
    assert row["known"] == ESTIMATE
    assert pd.isna(row["count"])
    assert row["rate"] == pytest.approx(1e5 * middle / row["people"])
    marked = [line for line in words.ranking(table, DAY) if "estimate, not a count" in line]
    assert len(marked) == (table["known"] == ESTIMATE).sum() == 42 - 26


def test_ranks_follow_the_rates_and_lie_in_their_ranges(table: pd.DataFrame) -> None:
    assert table["rate"].is_monotonic_decreasing
    assert list(table["rank"]) == list(range(1, 43))
    assert (table["rank_low"] >= 1).all()
    assert (table["rank_high"] <= 42).all()
    counted = table[table["count"].notna()]
    assert (
        (counted["rank_low"] <= counted["rank"]) & (counted["rank"] <= counted["rank_high"])
    ).all()


def test_a_rank_range_agrees_with_the_chance_of_each_order(data: Data) -> None:
    """Two gamma draws: P(A above B) is a beta probability, so the mean rank has a closed form."""
    counts = data.on(DAY).counts
    table, draws = _drawn(data, DAY)
    names = list(counts.index)
    rows = table.index.get_indexer(names)
    mean = np.mean(stats.rankdata(-draws[rows], axis=0), axis=1)
    for i, a in enumerate(names):
        exact = 1 + sum(
            # G_b / n_b > G_a / n_a, where G_a / (G_a + G_b) is Beta(a, b).
            stats.beta.cdf(
                table["people"][a] / (table["people"][a] + table["people"][b]),
                counts[a] + 0.5,
                counts[b] + 0.5,
            )
            for b in names
            if b != a
        )
        assert mean[i] == pytest.approx(exact, abs=5 * 4 / DRAWS**0.5)


def test_where_no_estimate_is_stored_an_uncounted_area_has_no_rank(data: Data) -> None:
    first = ranking(data, data.dates[0])
    blank = first[first["count"].isna()]
    assert len(blank) > 0
    assert blank[["rate", "rank"]].isna().all(axis=None)
    with pytest.raises(UsageError, match="neither a count nor a stored estimate"):
        pairs(data, data.dates[0], [str(blank.index[0]), str(first.index[0])])


def test_a_pair_has_the_score_interval_and_turns_over(data: Data) -> None:
    (found,) = pairs(data, DAY, ["Cumbria", "Norfolk"])
    (back,) = pairs(data, DAY, ["Norfolk", "Cumbria"])
    people = data.people(DAY)
    row = doors.ratio(594, people["Cumbria"], 1110, people["Norfolk"])
    assert (found.ratio, found.ratio_low, found.ratio_high) == (row.value, row.lower, row.upper)
    assert back.ratio_low == pytest.approx(1 / found.ratio_high, rel=1e-6)
    assert back.pairs_further == found.pairs_further


def test_the_place_among_pairs_is_counted(data: Data, table: pd.DataFrame) -> None:
    rates = table[table["count"].notna()]["rate"]
    every = list(itertools.combinations(rates.index, 2))
    ratios = [max(rates[a] / rates[b], rates[b] / rates[a]) for a, b in every]
    top = every[int(np.argmax(ratios))]
    (found,) = pairs(data, DAY, list(top))
    assert found.pairs == 26 * 25 / 2
    assert found.pairs_further == 0
    (middle,) = pairs(data, DAY, ["Cumbria", "Norfolk"])
    own = rates["Norfolk"] / rates["Cumbria"]
    assert middle.pairs_further == sum(r > own * (1 + 1e-9) for r in ratios)


@pytest.mark.parametrize("areas", [["Cumbria"], ["Cumbria", "Cumbria"]])
def test_fewer_than_two_areas_are_refused(data: Data, areas: list[str]) -> None:
    with pytest.raises(UsageError, match="two or more different areas"):
        pairs(data, DAY, areas)


@pytest.mark.parametrize(
    "areas", [["Cumbria", "Norfolk"], ["Norfolk", "Kent"], ["Essex", "Durham"], ["Durham", "Essex"]]
)
def test_a_pair_is_plain_english(data: Data, areas: list[str]) -> None:
    (found,) = pairs(data, DAY, areas)
    text = words.pair(found, DAY)
    assert " p = " not in text
    assert not reading.faults(text)
    assert ("estimate" in text) == (found.known == ESTIMATE)


def test_the_commands_print_what_the_functions_return(data: Data, table: pd.DataFrame) -> None:
    run = CliRunner().invoke
    as_csv = run(app, ["rank", "--as-of", "2020-03-31", "--csv"])
    rows = list(csv.DictReader(io.StringIO(as_csv.output)))
    assert [r["area"] for r in rows] == list(table.index)
    assert [float(r["rate"]) for r in rows] == list(table["rate"])
    assert {r["count"] for r in rows if r["known"] == ESTIMATE} == {""}
    as_json = json.loads(run(app, ["rank", "--as-of", "2020-03-31", "--json"]).output)
    assert [r["rank_high"] for r in as_json] == list(table["rank_high"])
    three = ["compare", "Cumbria", "Norfolk", "Kent", "--as-of", "2020-03-31", "--json"]
    found = json.loads(run(app, three).output)
    assert [(p["area"], p["other"]) for p in found] == [
        ("Cumbria", "Norfolk"), ("Cumbria", "Kent"), ("Norfolk", "Kent"),
    ]  # fmt: skip


def test_the_commands_say_what_the_names_of_areas_stand_for() -> None:
    run = CliRunner().invoke
    remark = "Remark: The Metropolitan Police is one of the two forces of London's MAPPA area."
    for command in (["areas"], ["rank"], ["compare", "Met", "Kent"]):
        assert run(app, [*command, "--as-of", "2020-03-31"]).output.count(remark) == 1, command


def test_areas_are_compared_on_a_day_without_counts(data: Data) -> None:
    day = pd.Timestamp("2025-03-31")
    (found,) = pairs(data, day, ["Cumbria", "Durham"])
    assert (found.known, found.pairs) == (ESTIMATE, 0)
    assert found.ratio_low < found.ratio < found.ratio_high < 1
    assert "No two areas have a count on this date" in words.pair(found, day)
    table = ranking(data, day)
    assert set(table["known"]) == {ESTIMATE} and list(table["rank"]) == list(range(1, 43))
    assert words.ranking(table, day)[0].startswith("42 areas on 31 March 2025: none has a count.")

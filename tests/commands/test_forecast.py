"""``mappa forecast`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mappa.commands.forecast import group as forecast
from mappa.data import Data
from mappa.data.schema import read_text_table, validate_table
from mappa.errors import MappaError
from mappa.forecasts.seals import read_seals

runner = CliRunner()
SEAL = ["seal", "--origin", "2020-03-31", "--horizon", "2", "--nation", "benchmark"]


def run(*arguments: str) -> str:
    result = runner.invoke(forecast, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return str(result.output)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seals")
    run(*SEAL, "--out", str(folder), "--sealed-on", "2020-12-01")
    return folder


def test_a_seal_holds_the_nation_and_every_area(folder: Path, data: Data) -> None:
    (seal,) = read_seals(folder, data.dictionary)
    rows = seal.forecasts
    assert set(rows[rows["scope"] == "nation"]["place"]) == {data.nation}
    model = rows[rows["method"] == "growth_model"]
    assert set(model["place"]) == set(data.names)
    assert {f"{d:%Y-%m-%d}" for d in rows["date"]} == {"2021-03-31", "2022-03-31"}
    assert seal.manifest["sealed_on"] == "2020-12-01"
    # Quantiles do not cross, and the areas' medians come near the nation's.
    ordered = model.sort_values(["place", "date", "level"])
    assert (ordered.groupby(["place", "date"])["value"].diff().dropna() >= 0).all()
    medians = model[(model["level"] == 0.5) & (model["date"] == "2021-03-31")]["value"].sum()
    nation = rows[(rows["method"] == "growth_benchmark") & (rows["level"] == 0.5)]["value"].min()
    assert medians == pytest.approx(nation, rel=0.01)


def test_sealing_again_gives_the_same_forecasts(folder: Path, tmp_path: Path) -> None:
    run(*SEAL, "--out", str(tmp_path), "--sealed-on", "2020-12-01")
    for name in ("forecasts.csv", "seal.json"):
        again = (tmp_path / "2020-03-31" / name).read_bytes()
        assert again == (folder / "2020-03-31" / name).read_bytes()


def test_a_second_seal_is_chained_to_the_first(folder: Path, tmp_path: Path, data: Data) -> None:
    import shutil

    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    run(*SEAL, "--out", str(tmp_path), "--name", "second", "--sealed-on", "2020-12-02")
    first, second = read_seals(tmp_path, data.dictionary)
    assert second.manifest["previous_sha256"] == first.sha256


def test_score_prints_sentence_and_tables(folder: Path) -> None:
    text = run("score", "--from", str(folder))
    assert "The forecast from 31 March 2020 was sealed on 1 December 2020" in text
    assert "national_growth" in text and "2022-03-31" in text
    (record,) = json.loads(run("score", "--from", str(folder), "--json"))
    assert record["status"] == "scored"
    assert record["scored"] == 2
    methods = {c["method"] for c in record["national"]}
    assert methods >= {"growth_benchmark", "five_year_drift", "random_walk_drift"}
    assert all(c["crps"] is not None for c in record["national"] if c["date"] == "2021-03-31")
    assert record["areas"][0]["covered"] <= record["areas"][0]["areas"]


def test_counts_added_since_are_scored(
    tmp_path: Path, data_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in ("national_figures", "area_figures"):
        frame = read_text_table(data_copy / f"{table}.csv")
        frame[frame["date"] <= "2021-03-31"].to_csv(data_copy / f"{table}.csv", index=False)
    monkeypatch.setenv("MAPPA_DATA", str(data_copy))
    folder = tmp_path / "seals"
    run(*SEAL, "--out", str(folder), "--sealed-on", "2020-12-01")
    with (data_copy / "national_figures.csv").open("a", encoding="utf-8") as stream:
        stream.write("2022-03-31,rso_count,,66666,snapshot_31_march,printed,derived,new,true\n")
    with (data_copy / "area_figures.csv").open("a", encoding="utf-8") as stream:
        stream.write("Cumbria,2022-03-31,rso_count,600,all_levels,printed,derived,new,true\n")
    (record,) = json.loads(run("score", "--from", str(folder), "--json"))
    assert (record["scored"], record["blind"]) == (2, 1)
    assert record["inputs_unchanged"]  # what came later is no revision of what was known
    ours = [c for c in record["national"] if c["method"] == "growth_benchmark"]
    assert [c["count"] for c in ours] == [64325, 66666]
    assert ours[1]["error"] == pytest.approx(ours[1]["value"] - 66666)
    (area,) = [a for a in record["areas"] if a["date"] == "2022-03-31" and a["covered"] is not None]
    assert area["areas"] == 1
    text = run("score", "--from", str(folder))
    assert "One of the counts it is scored with was already in the data" in text


def test_the_kept_scores_are_those_of_the_command(
    data: Data, data_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = data_copy / "seal_scores.csv"
    kept.unlink()
    monkeypatch.setenv("MAPPA_DATA", str(data_copy))
    run("score", "--keep")
    assert kept.read_bytes() == (data.folder / kept.name).read_bytes()
    table = validate_table("seal_scores", read_text_table(kept), data.dictionary)
    row = table.set_index(["seal", "scope", "horizon", "method"]).sort_index()
    # The numbers of the page, by hand from the seal and the count: 71,755 against 73,047.
    assert row.loc[("2021-03-31", "nation", 4, "combined"), "mean_error"] == pytest.approx(-1292.2)
    assert row.loc[("2021-03-31", "nation", 4, "register"), "covered"] == 0
    assert row.loc[("2020-03-31", "area", 1, "growth_model"), ["cases", "covered"]].tolist() == [
        18,
        17,
    ]


def test_no_seal_yet(tmp_path: Path) -> None:
    assert "There is no sealed forecast yet" in run("score", "--from", str(tmp_path))
    assert json.loads(run("score", "--from", str(tmp_path), "--json")) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([*SEAL, "--out", "{folder}"], "never overwritten"),
        ([*SEAL[:2], "2012-03-31", "--out", "{folder}"], "cannot be asked for"),
        ([*SEAL[:3], "--horizon", "7", "--nation", "benchmark", "--name", "x"], "1 to 5"),
        ([*SEAL[:-1], "guess", "--name", "x", "--out", "{folder}"], "no national forecast called"),
        ([*SEAL, "--sealed-on", "1 May", "--name", "x", "--out", "{folder}"], "YYYY-MM-DD"),
        ([*SEAL, "--name", "../x", "--out", "{folder}"], "cannot name a seal"),
        (["score", "--from", "{folder}", "--seal", "2020-03-32"], "did you mean"),
        (["score", "--from", "{tmp}", "--seal", "x"], "no forecast is sealed yet"),
    ],
)
def test_mistakes_get_one_sentence(
    folder: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    filled = [a.format(folder=folder, tmp=tmp_path) for a in arguments]
    with pytest.raises(MappaError, match=sentence) as error:
        run(*filled)
    assert error.value.exit_status in {1, 2}
    assert sorted(p.name for p in folder.iterdir()) == ["2020-03-31"]


def test_the_shipped_seals_are_whole(root: Path, data: Data) -> None:
    found = read_seals(root / "data" / "seals", data.dictionary)
    first = found[0]
    assert (first.manifest["origin"], first.manifest["horizon"]) == ("2020-03-31", 5)
    assert set(first.forecasts["date"].dt.year) == set(range(2021, 2026))
    assert set(data.names) == set(first.forecasts["place"]) - {data.nation}

"""A seal shows any later change, is never overwritten, and is scored against later counts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from closed_forms import crps_normal

from mappa.data import Data
from mappa.errors import DataError, OutputError, UsageError
from mappa.forecasts import seals
from mappa.forecasts.scores import score_seal
from mappa.forecasts.scoring import LEVELS

ORIGIN = pd.Timestamp("2020-03-31")
SEALED_ON = dt.date(2020, 12, 1)
DATES = [ORIGIN + pd.DateOffset(years=h) for h in (1, 2)]
METHODS = {"model": "a normal forecast", "national_growth": "last share of the nation"}


@pytest.fixture(scope="session")
def data(data: Data) -> Data:
    """The figures that were known when what is kept was made."""
    return data.until("2021-03-31")


def normal_rows(scope: str, place: str, mean: float, sd: float) -> pd.DataFrame:
    from scipy import stats

    frames = []
    for day in DATES:
        values = stats.norm.ppf(LEVELS, mean, sd)
        frames.append(seals.forecast_rows(scope, place, "model", day, values))
    return pd.concat(frames)


@pytest.fixture()
def forecasts(data: Data) -> pd.DataFrame:
    area = data.names[0]
    return pd.concat(
        [
            normal_rows("nation", data.nation, 64000, 500),
            normal_rows("area", area, 1700, 40),
            seals.forecast_rows("area", area, "national_growth", DATES[0], 1725.0),
            seals.forecast_rows("area", area, "national_growth", DATES[1], 1750.0),
        ]
    )


def make(data: Data, forecasts: pd.DataFrame, **more: object) -> seals.Seal:
    return seals.make_seal(
        data,
        ORIGIN,
        2,
        forecasts,
        METHODS,
        sealed_on=SEALED_ON,
        **more,  # type: ignore[arg-type]
    )


def test_a_seal_reads_back_as_it_was_written(
    data: Data, forecasts: pd.DataFrame, tmp_path: Path
) -> None:
    seal = make(data, forecasts)
    place = seals.write_seal(seal, tmp_path)
    (again,) = seals.read_seals(tmp_path, data.dictionary)
    assert place.name == again.name == "2020-03-31"
    assert again.manifest == seal.manifest
    assert seals.forecasts_csv(again.forecasts) == seals.forecasts_csv(seal.forecasts)
    assert again.manifest["latest_count_when_sealed"] == "2021-03-31"
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_row_order_does_not_change_a_seal(data: Data, forecasts: pd.DataFrame) -> None:
    shuffled = forecasts.sample(frac=1, random_state=3)
    assert make(data, shuffled).sha256 == make(data, forecasts).sha256


def test_any_altered_byte_of_the_forecasts_is_refused(
    data: Data, forecasts: pd.DataFrame, tmp_path: Path
) -> None:
    path = seals.write_seal(make(data, forecasts), tmp_path) / seals.FORECASTS
    content = path.read_bytes()
    for position in np.random.default_rng(2).integers(0, len(content), 20):
        altered = bytearray(content)
        altered[position] ^= 1
        path.write_bytes(bytes(altered))
        with pytest.raises(DataError, match=r"forecasts\.csv was altered after it was sealed"):
            seals.read_seals(tmp_path, data.dictionary)
    path.write_bytes(content)
    assert len(seals.read_seals(tmp_path, data.dictionary)) == 1


@pytest.mark.parametrize("name", ["origin", "data_sha256", "forecasts_sha256", "sealed_on"])
def test_an_altered_manifest_is_refused(
    data: Data, forecasts: pd.DataFrame, tmp_path: Path, name: str
) -> None:
    path = seals.write_seal(make(data, forecasts), tmp_path) / seals.MANIFEST
    manifest = json.loads(path.read_text())
    manifest[name] = manifest[name][:-1] + ("0" if manifest[name][-1] != "0" else "1")
    path.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"seal\.json was altered"):
        seals.read_seals(tmp_path, data.dictionary)


def test_a_manifest_that_is_not_json_or_gone_is_one_sentence(
    data: Data, forecasts: pd.DataFrame, tmp_path: Path
) -> None:
    path = seals.write_seal(make(data, forecasts), tmp_path) / seals.MANIFEST
    path.write_text("{")
    with pytest.raises(DataError, match="not JSON any more"):
        seals.read_seals(tmp_path, data.dictionary)
    path.unlink()
    with pytest.raises(DataError, match="cannot read"):
        seals.read_seals(tmp_path, data.dictionary)


def test_a_renamed_seal_is_refused(data: Data, forecasts: pd.DataFrame, tmp_path: Path) -> None:
    seals.write_seal(make(data, forecasts), tmp_path).rename(tmp_path / "other")
    with pytest.raises(DataError, match="was sealed as 2020-03-31"):
        seals.read_seals(tmp_path, data.dictionary)


def test_a_seal_is_never_overwritten(data: Data, forecasts: pd.DataFrame, tmp_path: Path) -> None:
    seal = make(data, forecasts)
    path = seals.write_seal(seal, tmp_path) / seals.FORECASTS
    before = path.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        seals.write_seal(seal, tmp_path)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2020-03-31"]


def test_the_chain_shows_an_earlier_seal_made_anew(
    data: Data, forecasts: pd.DataFrame, tmp_path: Path
) -> None:
    import shutil

    first = make(data, forecasts, name="first")
    seals.write_seal(first, tmp_path)
    seals.write_seal(make(data, forecasts, name="second", previous=first), tmp_path)
    assert [s.name for s in seals.read_seals(tmp_path, data.dictionary)] == ["first", "second"]
    shutil.rmtree(tmp_path / "first")
    with pytest.raises(DataError, match="Seal second: the seal made before it is missing"):
        seals.read_seals(tmp_path, data.dictionary)
    moved = forecasts.assign(value=forecasts["value"] + 100)
    seals.write_seal(make(data, moved, name="first"), tmp_path)
    with pytest.raises(DataError, match="Seal second"):
        seals.read_seals(tmp_path, data.dictionary)


@pytest.mark.parametrize("name", ["../up", "Two Words", "a/b", "-a", ".hidden"])
def test_a_name_that_leaves_the_folder_is_refused(
    data: Data, forecasts: pd.DataFrame, name: str
) -> None:
    with pytest.raises(UsageError, match="cannot name a seal"):
        make(data, forecasts, name=name)


def test_an_unwritable_folder_leaves_nothing(
    data: Data, forecasts: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="Cannot write"):
        seals.write_seal(make(data, forecasts), tmp_path / "file" / "seals")


def test_rows_after_the_origin_change_no_byte_of_the_forecasts(data: Data) -> None:
    rows = seals.benchmark_rows(data, ORIGIN, 3)
    cut = seals.benchmark_rows(data.until(ORIGIN), ORIGIN, 3)
    assert seals.forecasts_csv(rows) == seals.forecasts_csv(cut)
    a = seals.make_seal(data, ORIGIN, 3, rows, dict.fromkeys(rows["method"], "x"))
    b = seals.make_seal(data.until(ORIGIN), ORIGIN, 3, cut, dict.fromkeys(rows["method"], "x"))
    for name in ("forecasts_sha256", "inputs_sha256"):
        assert a.manifest[name] == b.manifest[name]


def test_score_by_hand(data: Data, forecasts: pd.DataFrame) -> None:
    area = data.names[0]
    nation = float(data.national("rso_count")["2021-03-31"])
    extra = pd.DataFrame([{"area": area, "date": DATES[0], "value": 1715.0}])
    template = data.area_figures[data.area_figures["measure"] == "rso_count"].iloc[[0]]
    rows = template.assign(**extra.iloc[0].to_dict(), basis="all_levels", preferred=True)
    others = data.area_figures[
        ~((data.area_figures["area"] == area) & (data.area_figures["date"] == DATES[0]))
    ]
    known = dataclasses.replace(data, area_figures=pd.concat([others, rows]), digest="x")
    score = score_seal(make(data, forecasts), known)
    assert score.status == "scored"
    assert (score.scored, score.blind) == (1, 0)  # 2021 was in the data when it was sealed
    assert score.inputs_unchanged
    one, two = score.national
    assert one.error == pytest.approx(64000 - nation, abs=0.01)
    assert one.covered is (abs(64000 - nation) < 1.6449 * 500)
    assert one.crps == pytest.approx(crps_normal(64000, 500, nation), rel=0.02)
    assert (two.count, two.error, two.crps, two.blind) == (None, None, None, True)
    model, growth = score.areas
    assert (model.method, growth.method) == ("model", "national_growth")
    assert (model.areas, model.covered, growth.covered) == (1, 1, None)
    assert model.mean_error == pytest.approx(-15)
    assert growth.crps == growth.mean_absolute_error == pytest.approx(10)


def test_no_later_count_is_said_plainly(data: Data, forecasts: pd.DataFrame) -> None:
    score = score_seal(make(data, forecasts), data.until(ORIGIN))
    assert score.status == "no count later than the origin is in the data"
    assert (score.scored, score.areas) == (0, ())
    assert all(c.count is None for c in score.national + score.area_cases)


def test_a_later_count_is_blind_and_a_revised_input_is_told(
    data: Data, forecasts: pd.DataFrame
) -> None:
    seal = make(data.until(ORIGIN), forecasts)
    assert score_seal(seal, data).blind == 1
    table = data.national_figures.copy()
    table.loc[table["measure"] == "rso_count", "value"] += 1
    revised = dataclasses.replace(data, national_figures=table, digest="revised")
    assert not score_seal(seal, revised).inputs_unchanged


def test_a_seal_of_another_nation_is_not_scored_as_ours(
    data: Data, made_up_data: Data, forecasts: pd.DataFrame
) -> None:
    score = score_seal(make(data, forecasts), made_up_data)
    assert "not Freedonia" in score.status
    assert (score.scored, score.areas) == (0, ())


def test_national_growth_carries_the_last_share(data: Data) -> None:
    counts = data.national("rso_count")
    rows = seals.national_growth_rows(data, ORIGIN, DATES, np.array([64000.0, 66000.0]))
    last = seals.last_counts(data, ORIGIN)
    area = rows["place"].iloc[0]
    share = last.loc[area, "value"] / counts[last.loc[area, "date"]]
    assert rows[rows["place"] == area]["value"].tolist() == pytest.approx(
        [share * 64000, share * 66000]
    )
    assert set(rows["place"]) == set(last.index)
    assert len(last) < len(data.names)
    assert (last["date"] <= ORIGIN).all()

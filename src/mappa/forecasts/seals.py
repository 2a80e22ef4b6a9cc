"""Sealed forecasts: written once with the digests of what they were made from, scored later.

A seal is a folder of two files: ``forecasts.csv`` (a row for each place, date, method and
probability level) and ``seal.json`` (what it is and how it was made). The manifest holds the
SHA-256 of the forecasts, the hash of the seal before it and a hash of itself, so that a change of
either file, or of an earlier seal, is found when it is read. Whoever can rewrite every file can
rewrite the hashes too: what binds a seal in time is its hash in the repository's history.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from mappa import __version__
from mappa.data import Data
from mappa.data.schema import read_table
from mappa.errors import DataError, OutputError, UsageError
from mappa.forecasts.backtest import inputs_digest
from mappa.forecasts.benchmarks import benchmarks, latest_count
from mappa.forecasts.scoring import LEVELS
from mappa.register.arrays import Array

FOLDER = "seals"
FORECASTS, MANIFEST = "forecasts.csv", "seal.json"
TABLE = "seal_forecasts"
COLUMNS = ("scope", "place", "date", "method", "level", "value")
NATIONAL_GROWTH = "national_growth"


@dataclasses.dataclass(frozen=True)
class Seal:
    """A sealed set of forecasts.

    Attributes
    ----------
    manifest: the keys of ``seal.json``.
    forecasts: columns scope (nation or area), place, date, method, level, value (people). A
        method without a distribution has one row, its point, whose level is missing.
    """

    manifest: Mapping[str, Any]
    forecasts: pd.DataFrame = dataclasses.field(repr=False)

    @property
    def name(self) -> str:
        """Name of the seal: that of its folder."""
        return str(self.manifest["name"])

    @property
    def origin(self) -> pd.Timestamp:
        """Date of the last figures that the forecasts may know."""
        return pd.Timestamp(self.manifest["origin"])

    @property
    def sha256(self) -> str:
        """Hash of the complete seal."""
        return str(self.manifest["seal_sha256"])


def forecast_rows(
    scope: str, place: str, method: str, day: pd.Timestamp, values: ArrayLike
) -> pd.DataFrame:
    """Return the rows of one forecast: its quantiles at LEVELS, or a point without a level."""
    values = np.atleast_1d(np.asarray(values, dtype=float))
    levels = LEVELS if len(values) > 1 else [np.nan]
    row = {"scope": scope, "place": place, "date": day, "method": method}
    return pd.DataFrame(row | {"level": levels, "value": values})


def benchmark_rows(data: Data, origin: pd.Timestamp, horizon: int) -> pd.DataFrame:
    """Return the rows of the national benchmarks; those that cannot be used are left out."""
    frames = [
        forecast_rows("nation", data.nation, f.method, f.date, f.quantiles or f.value)
        for f in benchmarks(data, origin, horizon)
        if f.value is not None
    ]
    return pd.concat(frames, ignore_index=True)


def last_counts(data: Data, origin: str | pd.Timestamp) -> pd.DataFrame:
    """Return each area's last count up to *origin* on a day with a national count.

    Columns date and value, by area. Areas without such a count are left out.
    """
    nation = data.national("rso_count")
    rows = data.rows("rso_count")
    rows = rows[(rows["date"] <= pd.Timestamp(origin)) & rows["date"].isin(nation.index)]
    return rows.sort_values("date").groupby("area").last()[["date", "value"]]


def national_growth_rows(
    data: Data, origin: pd.Timestamp, dates: list[pd.Timestamp], nation: Array
) -> pd.DataFrame:
    """Return the area benchmark: the last count moved by the national growth since, as forecast.

    *nation* is the median national forecast at each of *dates*. It carries the area's last share
    of the national total forward; areas without a count have none.
    """
    counts = data.national("rso_count")
    rows = [
        ("area", str(area), day, NATIONAL_GROWTH, np.nan, last["value"] / counts[last["date"]] * v)
        for area, last in last_counts(data, origin).iterrows()
        for day, v in zip(dates, nation, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def forecasts_csv(forecasts: pd.DataFrame) -> bytes:
    """Return the forecasts as the bytes that are sealed: sorted, hundredths of a person."""
    frame = forecasts[list(COLUMNS)].sort_values(list(COLUMNS[:5]), kind="stable")
    text: str = frame.to_csv(
        index=False, lineterminator="\n", float_format="%.10g", date_format="%Y-%m-%d"
    )
    return text.encode("utf-8")


def seal_name(name: str, origin: pd.Timestamp) -> str:
    """Return the name of a seal, the origin's date where *name* is empty.

    Raises UsageError where the name could step out of its folder.
    """
    chosen = name or f"{origin:%Y-%m-%d}"
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", chosen):
        raise UsageError(
            f"{chosen!r} cannot name a seal: use small letters, digits and single hyphens."
        )
    return chosen


def make_seal(
    data: Data,
    origin: str | pd.Timestamp,
    horizon: int,
    forecasts: pd.DataFrame,
    methods: Mapping[str, str],
    *,
    name: str = "",
    sealed_on: dt.date | None = None,
    previous: Seal | None = None,
) -> Seal:
    """Return a seal of *forecasts* that carries the digests of what they were made from.

    Parameters
    ----------
    data: the tables in force when the seal is made, later counts and all.
    origin, horizon: last date that the forecasts know, and years ahead.
    forecasts: rows as :class:`Seal` describes them.
    methods: name and description of every method in *forecasts*.
    name: folder of the seal; the origin's date where it is empty.
    sealed_on: day on which it is made; what was known by then is no blind test.
    previous: the seal made before, to whose hash this one is chained.
    """
    day = pd.Timestamp(origin)
    name = seal_name(name, day)
    rounded = forecasts.assign(value=forecasts["value"].round(2))
    content = forecasts_csv(rounded)
    manifest: dict[str, object] = {
        "name": name,
        "number": 1 if previous is None else int(previous.manifest["number"]) + 1,
        "origin": f"{day:%Y-%m-%d}",
        "horizon": horizon,
        "nation": data.nation,
        "sealed_on": (sealed_on or dt.date.today()).isoformat(),
        "latest_count_when_sealed": f"{latest_count(data):%Y-%m-%d}",
        "package": f"mappa {__version__}",
        "data_sha256": data.digest,
        "inputs_sha256": inputs_digest(data, day),
        "methods": dict(sorted(methods.items())),
        "rows": len(rounded),
        "forecasts_sha256": hashlib.sha256(content).hexdigest(),
        "previous_sha256": "" if previous is None else previous.sha256,
    }
    manifest["seal_sha256"] = _manifest_hash(manifest)
    return Seal(manifest, rounded)


def _manifest_hash(manifest: Mapping[str, Any]) -> str:
    rest = {k: v for k, v in manifest.items() if k != "seal_sha256"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def free_place(folder: Path, name: str) -> Path:
    """Return the place of a new seal in *folder*; OutputError where there is one of that name."""
    if (folder / name).exists():
        raise OutputError(
            f"There is a seal called {name!r} already, and a seal is never overwritten: "
            "choose another --name."
        )
    return folder / name


def write_seal(seal: Seal, folder: Path) -> Path:
    """Write *seal* into ``folder/NAME``, completely or not at all, and never over another.

    Raises OutputError where a seal of that name exists or the folder cannot be written.
    """
    target = free_place(folder, seal.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".draft-") as made:
            draft = Path(made)
            (draft / FORECASTS).write_bytes(forecasts_csv(seal.forecasts))
            text = json.dumps(dict(seal.manifest), indent=2, ensure_ascii=False) + "\n"
            (draft / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
            draft.chmod(0o755)
            draft.rename(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"Cannot write {target}: {reason}.") from error
    return target


def read_seal(place: Path, dictionary: pd.DataFrame) -> Seal:
    """Read the seal in *place* and verify its hashes.

    Raises DataError: a file is missing, cannot be read, or is not what was sealed.
    """
    try:
        content = (place / FORECASTS).read_bytes()
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"Seal {place.name}: cannot read {error.filename}.") from None
    except ValueError:
        raise DataError(f"Seal {place.name}: {MANIFEST} is not JSON any more.") from None
    if not isinstance(manifest, dict) or _manifest_hash(manifest) != manifest.get("seal_sha256"):
        raise DataError(f"Seal {place.name}: {MANIFEST} was altered after it was sealed.")
    if hashlib.sha256(content).hexdigest() != manifest["forecasts_sha256"]:
        raise DataError(f"Seal {place.name}: {FORECASTS} was altered after it was sealed.")
    if manifest["name"] != place.name:
        raise DataError(f"Seal {place.name} was sealed as {manifest['name']}: rename its folder.")
    return Seal(manifest, read_table(place / FORECASTS, dictionary, TABLE))


def read_seals(folder: Path, dictionary: pd.DataFrame) -> list[Seal]:
    """Read all seals of *folder*, in the order they were made, and verify their chain.

    Raises DataError where a seal was altered, or the one before it is gone or another.
    """
    if not folder.is_dir():
        return []
    places = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    seals = sorted((read_seal(p, dictionary) for p in places), key=lambda s: s.manifest["number"])
    before = ""
    for seal in seals:
        if seal.manifest["previous_sha256"] != before:
            raise DataError(
                f"Seal {seal.name}: the seal made before it is missing or was made anew."
            )
        before = seal.sha256
    return seals

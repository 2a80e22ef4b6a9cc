"""A made-up country: 42 areas with other names, counts, year and pool.

Whatever is printed about it can only come from its tables, so a number of England and Wales that
is wired into code, prose or a template shows itself.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import numpy as np

NATION = "Freedonia and Sylvania"
DEFAULT_FORCE = "Upper Marsh"
AS_OF = "2018-03-31"
_FIRST = ["Upper", "Lower", "East", "West", "North", "South", "Great", "Old"]
_SECOND = ["Marsh", "Weald", "Haven", "Moor", "Fen", "Dale"]
NAMES = [f"{a} {b}" for b in _SECOND for a in _FIRST][:42]
UNCOUNTED = 14
BANDS = ("0-9", "10-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
PUBLISHED = {"basis": "published", "quality": "published", "source": "derived"}
#: The law, the courts and the dictionary are the same in every country of the tests.
CARRIED = (
    "dictionary",
    "notification_rules",
    "life_table_males",
    "sentencing",
    "outflow",
    "profile",
    "official_tables",
    "sources",
)


def _population(name: str, year: int, bands: dict[tuple[str, str], int]) -> dict[str, Any]:
    def people(sexes: str, youngest: int) -> int:
        return sum(
            n for (sex, band), n in bands.items() if sex in sexes and _from(band) >= youngest
        )

    return {
        "area": name,
        "mid_year": year,
        "population_all": people("MF", 0),
        "population_10plus": people("MF", 10),
        "males_18plus": people("M", 18),
        "females_18plus": people("F", 18),
        **PUBLISHED,
    }


def _from(band: str) -> int:
    return int(band.rstrip("+").split("-")[0])


def _write(folder: Path, table: str, rows: list[dict[str, object]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _half_up(value: float) -> int:
    return int(np.floor(value + 0.5))


def write_made_up(folder: Path, real: Path, *, seed: int = 7) -> Path:
    """Write the tables of the made-up country into *folder*; law and dictionary are *real*'s."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name in CARRIED:
        shutil.copy(real / f"{name}.csv", folder / f"{name}.csv")
    header, *names = (real / "area_names.csv").read_text("utf-8").splitlines(keepends=True)
    totals = [line for line in names if ",total," in line]  # a total is one in every country
    (folder / "area_names.csv").write_text("".join([header, *totals]), "utf-8")
    for path in real.glob("*.csv"):  # what parts of the study describe beside the tables
        if not (folder / path.name).exists() and path.name.startswith(("assumption", "settle")):
            shutil.copy(path, folder / path.name)
    (folder / "study.toml").write_text(
        f'nation = "{NATION}"\nnation_short = "{NATION}"\narea_term = "district"\n'
        f'publisher = "the Office of Registers"\ndefault_force = "{DEFAULT_FORCE}"\n'
        f"default_as_of = {AS_OF}\n",
        encoding="utf-8",
    )
    derived = {"quality": "printed", "source": "derived"}
    everyone = np.exp(rng.normal(np.log(1.1e6), 0.6, len(NAMES)))
    size = dict(zip(NAMES, everyone, strict=True))
    across = max(7, round(len(NAMES) ** 0.5))
    areas, population, bands = [], [], []
    for i, name in enumerate(NAMES):
        areas.append(
            dict(
                area=name,
                slug=name.lower().replace(" ", "-"),
                country=NATION.split()[0],
                police_force_area_codes=f"X{i:03d}",
                centroid_lat=round(
                    51 + 3.2 * (i // across) / (across - 1) + rng.normal(0, 0.05), 3
                ),
                centroid_lon=round(-3 + 4.5 * (i % across) / (across - 1) + rng.normal(0, 0.05), 3),
                basis="police_force_area",
                quality="published",
                source="derived",
            )
        )
        old = rng.uniform(0.9, 1.3)
        weights = np.array([11.5, 9, 15, 13, 13, 13.5, 11 * old, 8.5 * old, 5.5 * old])
        for year in range(2002, 2020):
            total = everyone[i] * 1.006 ** (year - 2019)
            of_band = {
                (sex, band): int(total / 2 * weight)
                for sex in "MF"
                for band, weight in zip(BANDS, weights / weights.sum(), strict=True)
            }
            population.append(_population(name, year, of_band))
            if year in {2011, 2017, 2018}:
                bands += [
                    {
                        "area": name,
                        "mid_year": year,
                        "sex": sex,
                        "age_band": band,
                        "population": people,
                        **PUBLISHED,
                    }
                    for (sex, band), people in of_band.items()
                ]
    _write(folder, "areas", areas)
    _write(folder, "population", population)
    _write(folder, "population_age_bands", bands)
    years = range(2010, 2020)
    _write(
        folder,
        "denominators",
        [
            dict(
                stock_date=f"{y}-03-31",
                mid_year=y - 1,
                evidence="made up",
                basis="mid_year_before",
                quality="assumed",
                source="derived",
            )
            for y in years
        ],
    )
    people = {(p["area"], p["mid_year"]): p["population_10plus"] for p in population}
    national_rate = {y: 70 * 1.045 ** (y - 2010) for y in years}
    level = {name: np.exp(rng.normal(0, 0.2)) for name in NAMES}
    true = {
        (name, y): max(1, int(people[name, y - 1] * national_rate[y] * level[name] / 1e5))
        for name in NAMES
        for y in years
    }
    nation = {y: sum(true[name, y] for name in NAMES) for y in years}
    by_size = sorted(NAMES, key=lambda n: size[n])
    hidden = set([n for n in by_size if n != DEFAULT_FORCE][1::3][:UNCOUNTED])
    data: list[dict[str, object]] = []

    def add(area: str, date: str, measure: str, value: object, **more: object) -> None:
        row = dict(
            area=area,
            date=date,
            measure=measure,
            value=value,
            basis="all_levels",
            quality="printed",
            sources="derived",
            note="made up",
            preferred="true",
        )
        data.append({**row, **more})

    for name in NAMES:
        for y in years:
            if name in hidden and y >= 2017:
                continue
            if y in {2011, 2012, 2014} and name != DEFAULT_FORCE:
                continue
            add(name, f"{y}-03-31", "rso_count", true[name, y])
            if y in {2018, 2019}:
                rate = true[name, y] / people[name, y - 1] * 1e5
                add(name, f"{y}-03-31", "rso_rate_per_100k", _half_up(rate))
    for name in NAMES[:8]:
        add(name, AS_OF, "notification_breaches", int(true[name, 2018] * 0.04) + 1)
        add(name, AS_OF, "violent_count", int(true[name, 2018] * 0.3))
        add(name, AS_OF, "revocations_granted", 3)
    add(NAMES[0], AS_OF, "level2_placements", 4)
    _write(folder, "area_figures", data)
    national: list[dict[str, object]] = []

    def add_national(date: str, measure: str, value: object, basis: str) -> None:
        national.append(
            dict(
                date=date,
                measure=measure,
                category="",
                value=value,
                basis=basis,
                quality="printed",
                sources="derived",
                note="made up",
                preferred="true",
            )
        )

    early = {2002: 0.50, 2004: 0.64, 2006: 0.80, 2008: 0.88, 2009: 0.94}
    add_national("1998-08-31", "rso_count", int(nation[2010] * 0.24), "act_1997")
    for y, share in early.items():
        basis = "snapshot_31_march" if y == 2009 else "mappa_returns"
        add_national(f"{y}-03-31", "rso_count", int(nation[2010] * share), basis)
    for y in years:
        date = f"{y}-03-31"
        add_national(date, "rso_count", nation[y], "snapshot_31_march")
        if y >= 2014:
            c2, c3 = int(nation[y] * 0.37), int(nation[y] * 0.006)
            add_national(date, "category2_count", c2, "snapshot_31_march")
            add_national(date, "category3_count", c3, "snapshot_31_march")
            add_national(date, "total_count", nation[y] + c2 + c3, "snapshot_31_march")
            add_national(date, "sopo_shpo_imposed", int(nation[y] * 0.075), "flow_of_year")
            add_national(date, "notification_breaches", int(nation[y] * 0.041), "flow_of_year")
    total = sum(people[name, 2017] for name in NAMES)
    add_national(
        AS_OF, "rso_rate_per_100k", _half_up(nation[2018] / total * 1e5), "snapshot_31_march"
    )
    _write(folder, "national_figures", national)
    with (real / "comparators.csv").open(encoding="utf-8", newline="") as stream:
        rows: list[dict[str, object]] = [dict(r) for r in csv.DictReader(stream)]
    biggest = by_size[-1]
    for row in rows:
        row["label"] = str(row["label"]).replace("England and Wales", NATION)
        row["label"] = str(row["label"]).replace("London", biggest)
        row["how_chosen"] = str(row["how_chosen"]).replace("London", biggest)
        row["how_chosen"] = str(row["how_chosen"]).replace("England and Wales", NATION)
        if row["areas"]:
            row["areas"] = biggest
    _write(folder, "comparators", rows)
    _write(
        folder,
        "story_claims",
        [
            dict(
                claim_id="m01",
                claim=f"registered offenders in {DEFAULT_FORCE}",
                area=DEFAULT_FORCE,
                date=AS_OF,
                measure="rso_count",
                printed_value=true[DEFAULT_FORCE, 2018],
                unit="people",
                how_to_check="area_figures",
                basis="newspaper_story",
                **derived,
            ),
            dict(
                claim_id="m02",
                claim="national rate",
                area=NATION,
                date=AS_OF,
                measure="rso_rate_per_100k",
                printed_value=_half_up(nation[2018] / total * 1e5) + 5,
                unit="per 100000 people aged 10 and over",
                how_to_check="count over population",
                basis="newspaper_story",
                **derived,
            ),
        ],
    )
    header = "check,table,area,date,measure,value,reason,basis,quality,source\n"
    (folder / "exceptions.csv").write_text(header, encoding="utf-8")
    return folder

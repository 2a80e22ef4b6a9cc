"""The site: index, national, data and other pages, results, changes told, whole or not at all."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import posixpath
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pages_support import write_reports

from mappa.data import Data, load
from mappa.errors import DataError, OutputError, UsageError
from mappa.pages import index, pairs, shared, site, summary
from mappa.pages.contract import faults
from mappa.plot.rate.tiles import shade_limits, short_names, tiles
from mappa.rates.assess import assess


@pytest.fixture(scope="module")
def country(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Data, Path]:
    """The made-up country with reports of three areas, one of them without a count."""
    data = load(made_up)
    counted = set(data.counts(str(data.settings["default_as_of"])).index)
    known = [a for a in data.names if a in counted][:2]
    unknown = [a for a in data.names if a not in counted][:1]
    folder = tmp_path_factory.mktemp("reports")
    return data, write_reports(folder, data, known + unknown)


@pytest.fixture(scope="module")
def files(country: tuple[Data, Path]) -> dict[str, bytes]:
    return site.build(*country)


def test_every_page_keeps_the_contract_and_has_a_title_of_its_own(files: dict[str, bytes]) -> None:
    pages = {a: c.decode() for a, c in files.items() if a.endswith(".html")}
    assert {a: f for a, p in pages.items() if (f := faults(p))} == {}
    titles = [re.search("<title>(.*?)</title>", p)[1] for p in pages.values()]
    assert len(set(titles)) == len(titles) == 7 + 3 * 4


def test_every_link_within_the_site_leads_somewhere(files: dict[str, bytes]) -> None:
    for address, content in files.items():
        if not address.endswith(".html"):
            continue
        for href in re.findall(r'<a [^>]*?href="([^"]*)"', content.decode()):
            if href.startswith(("http", "#", "data:")):
                continue
            path, _, target = href.partition("#")
            where = (Path("/") / address).parent / path
            found = Path(*[p for p in _resolved(where).parts if p != "/"]).as_posix()
            assert found in files, (address, href)
            pair = "+".join(reversed(target.split("+")))  # either area of a pair may come first
            marks = [f'id="{target}"', f'"{target}":', f'"{pair}":'] if target else [""]
            assert any(mark.encode() in files[found] for mark in marks), (address, href)


def _linked(files: dict[str, bytes]) -> set[str]:
    """Return the addresses that a reader who begins at the index can reach."""
    seen: set[str] = set()
    to_read = ["index.html"]
    while to_read:
        address = to_read.pop()
        if address in seen or address not in files:
            continue
        seen.add(address)
        if address.endswith(".html"):
            for href in re.findall(r'(?:href|src)="([^"#:]+)["#]', files[address].decode()):
                to_read.append(
                    posixpath.normpath(f"{posixpath.dirname(address)}/{href}").lstrip("/")
                )
    return seen


def test_nothing_is_in_the_site_that_no_page_links_to(
    country: tuple[Data, Path], files: dict[str, bytes]
) -> None:
    assert set(files) == _linked(files)
    light = site.build(*country, light=True)
    assert set(light) == _linked(light)
    assert set(files) - set(light) == {a for a in files if a.endswith(".ipynb")} != set()


def test_files_about_no_single_area_are_linked_too(
    country: tuple[Data, Path], files: dict[str, bytes], tmp_path: Path
) -> None:
    data, reports = country
    folder = Path(shutil.copytree(reports, tmp_path / "reports"))
    first, once = summary.find_reports(folder, data)[0].folder, folder / "all-areas"
    once.mkdir()
    shutil.copy(first / "results.csv", once)
    text = (first / "1-growth.ipynb").read_text(encoding="utf-8")
    (once / "4-once.ipynb").write_text(text.replace('"force = ', '"# about no single area: '))
    made = site.build(data, folder)
    assert {"all-areas/4-once.html", "all-areas/results.csv"} <= set(made) - set(files)
    assert set(made) == _linked(made)


def test_the_printed_size_is_that_of_the_file(files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    changes = site.write_zip(files, path)
    assert f"{path.stat().st_size / 1e6:.1f} MB in" in site.told(changes, files, path)[0]
    assert path.stat().st_size < sum(map(len, files.values()))


def test_the_spreadsheet_of_results_has_the_numbers_of_the_csv(files: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["results/areas.xlsx"]))
    head, *rows = book["areas"].values
    told = list(csv.DictReader(io.StringIO(files["results/areas.csv"].decode())))
    assert list(told[0]) == list(head)
    for mine, theirs in zip(rows, told, strict=True):
        assert ["" if v is None else str(v) for v in mine[:2]] == [theirs[k] for k in head[:2]]
        count = dict(zip(head, mine, strict=True))["count"]
        assert theirs["count"] == ("" if count is None else str(float(count)))


def test_the_tables_can_be_taken_in_one_file(
    country: tuple[Data, Path], files: dict[str, bytes], tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(files["results/tables.zip"])) as archive:
        archive.extractall(tmp_path)
    assert load(tmp_path).digest == country[0].digest


def _resolved(path: Path) -> Path:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)


def test_the_index_is_of_the_made_up_country(
    country: tuple[Data, Path], files: dict[str, bytes]
) -> None:
    data, _ = country
    page = files["index.html"].decode()
    main = page[page.index("<main") : page.index("</main>")].replace("forces/", "")
    assert data.nation in main and "force" not in main.lower()
    missing = len(data.names) - len(data.counts(str(data.settings["default_as_of"])))
    assert f"{missing} are not known here: they are shown as missing, never as zero." in page
    assert page.count('<tr class="unknown">') == missing
    assert len(re.findall("<tr[ >]", page)) == len(data.names) + 1


def test_an_estimate_is_named_and_never_a_count(
    country: tuple[Data, Path], files: dict[str, bytes]
) -> None:
    rows = json.loads(files["results/areas.json"])
    estimated = [r for r in rows if r["estimate"] is not None]
    assert len(estimated) == 1 and estimated[0]["count"] is None and estimated[0]["rate"] is None
    page = files["index.html"].decode()
    assert "not known; estimate 987 (90% interval 800 to 1,191)" in page
    assert "estimate, not a count" in page


def test_results_are_the_same_as_csv_and_json_and_meet_their_schema(
    files: dict[str, bytes],
) -> None:
    rows = json.loads(files["results/areas.json"])
    schema = json.loads(files["results/schema.json"])["items"]
    for row in rows:
        assert list(row) == schema["required"] == list(schema["properties"])
        for key, value in row.items():
            kinds = schema["properties"][key]["type"]
            right = value is None if "null" in kinds else False
            right |= isinstance(value, str) if kinds == "string" else isinstance(value, int | float)
            assert right, (key, value)
    assert all(p["description"] for p in schema["properties"].values())
    lines = list(csv.DictReader(io.StringIO(files["results/areas.csv"].decode())))
    for line, row in zip(lines, rows, strict=True):
        assert line["area"] == row["area"]
        assert (float(line["rate"]) if line["rate"] else None) == row["rate"]


def test_tiles_are_all_different_and_codes_too(data: Data) -> None:
    centroids = data.areas[["centroid_lat", "centroid_lon"]].itertuples(index=False, name=None)
    places = tiles(tuple(centroids))
    assert len(set(places)) == len(set(short_names(data.names).values())) == 42
    assert max(column for column, _ in places) < 9
    assert len(set(short_names([f"Same {'x' * n}" for n in range(1, 60)]).values())) == 59


def test_shades_follow_the_rates_and_missing_has_none() -> None:
    limits = shade_limits([100.0, 110, 120, 130, 140])
    assert limits == [110, 115, 125, 130]
    assert [index.shade(v, limits) for v in (90, 110, 124.9, 200, None)] == [
        "s0", "s1", "s2", "s4", "none",
    ]  # fmt: skip
    assert [k["text"] for k in index.key_of([110, 115])] == [
        "below 110", "110 to below 115", "115 and above", "count not known",
    ]  # fmt: skip
    assert shade_limits([]) == []


def test_each_page_links_to_the_areas_before_and_after_and_to_a_comparison(
    country: tuple[Data, Path], files: dict[str, bytes]
) -> None:
    data, reports = country
    found = summary.find_reports(reports, data)
    middle = files[f"forces/{found[1].folder.name}/index.html"].decode()
    assert f'href="../{found[0].folder.name}/index.html" rel="prev"' in middle
    assert f'href="../{found[2].folder.name}/index.html" rel="next"' in middle
    known = pairs.areas(data, str(data.settings["default_as_of"]))
    for report in found:
        page = files[f"forces/{report.folder.name}/index.html"].decode()
        asked = f'<a href="../../compare.html#{report.folder.name}+'
        assert (asked in page) == (report.area in known)
    assert 'rel="prev"' not in files[f"forces/{found[0].folder.name}/index.html"].decode()


def test_a_site_of_two_dates_lets_the_reader_choose(data: Data, tmp_path: Path) -> None:
    forces = ["Cumbria", "Durham"]
    story = write_reports(tmp_path / "story", data, forces)
    latest = write_reports(tmp_path / "latest", data, forces, "2025-03-31")
    files = site.build(data, story, also=[latest])
    test_every_link_within_the_site_leads_somewhere(files)
    assert {a: faults(c.decode()) for a, c in files.items() if a.endswith("index.html")} == {
        a: [] for a in files if a.endswith("index.html")
    }
    for address, way in (("index.html", ""), ("forces/cumbria/index.html", "../../")):
        there, back = files[address].decode(), files[f"2025-03-31/{address}"].decode()
        assert f'<a href="{way}2025-03-31/index.html">Figures of 31 March 2025</a>' in there
        assert f'<a href="{way}../index.html">Figures of 31 March 2020</a>' in back
    assert "compare.html" in files and 'class="tiles"' in files["index.html"].decode()
    few = files["2025-03-31/index.html"].decode()
    assert "2025-03-31/compare.html" not in files and 'class="tiles"' not in few
    assert "Fewer than 20 forces have a count on this date" in few
    with pytest.raises(UsageError, match="are both of 2020-03-31"):
        site.build(data, story, also=[story])


def test_twenty_counts_are_enough_to_compare(data: Data) -> None:
    line = summary.area_result(data, assess(data, "Cumbria", "2020-03-31"), None, "")
    none = dataclasses.replace(line, count=None)
    assert summary.enough([line] * 20 + [none] * 22)
    assert not summary.enough([line] * 19 + [none] * 23)


def test_building_again_gives_the_same_bytes_and_says_so(
    country: tuple[Data, Path], files: dict[str, bytes], tmp_path: Path
) -> None:
    again = site.build(*country)
    assert again == files
    first = site.write_folder(files, tmp_path / "site")
    second = site.write_folder(again, tmp_path / "site")
    assert second.none and not first.none
    assert site.told(first, files, tmp_path)[1] == "There was no earlier build."
    assert site.told(second, files, tmp_path)[1] == "Nothing has changed since the last build."
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_zip_is_the_same_bytes_and_holds_the_site(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    site.write_zip(files, tmp_path / "a.zip")
    site.write_zip(files, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == files
    assert site.write_zip(files, tmp_path / "a.zip").none


def test_what_has_changed_is_told() -> None:
    changes = site.compare_builds({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"})
    assert changes == site.Changes(("d",), ("b",), ("c",), 1)
    told = site.told(changes, {"a": b"x"}, Path("site"))
    assert told[1:] == ["1 changed: b", "1 new: d", "1 gone: c", "1 the same."]


def test_a_folder_that_is_no_site_is_left_alone(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="no site of ours"):
        site.write_folder(files, tmp_path)
    with pytest.raises(UsageError, match="not a folder"):
        site.write_folder(files, tmp_path / "precious.txt")
    with pytest.raises(UsageError, match="no site of ours"):
        site.write_zip(files, tmp_path / "precious.txt")
    assert (tmp_path / "precious.txt").read_text(encoding="utf-8") == "x"


def test_reports_that_are_missing_differ_or_are_out_of_date_are_refused(
    country: tuple[Data, Path], tmp_path: Path
) -> None:
    data, reports = country
    with pytest.raises(OutputError, match="holds no report yet"):
        summary.find_reports(tmp_path, data)
    copied = Path(shutil.copytree(reports, tmp_path / "reports"))
    path = next(copied.glob("*/results.json"))
    content = json.loads(path.read_text(encoding="utf-8"))

    def spoil(change: dict[str, Any]) -> None:
        records = content["records"] | {"2-rate": content["records"]["2-rate"] | change}
        path.write_text(json.dumps(content | {"records": records}), encoding="utf-8")

    spoil({"margin": 0.2})
    with pytest.raises(DataError, match="The reports differ in margin"):
        site.build(data, copied)
    spoil({"population": 1.0})
    with pytest.raises(DataError, match="was made from other figures"):
        site.build(data, copied)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match="is not a file of results"):
        site.build(data, copied)


HOSTILE = '<script>alert(1)</script>" onload="x'


@pytest.fixture()
def hostile(data_copy: Path) -> Path:
    """The study's tables with markup in a name, a source and a note, and a formula."""
    for path in data_copy.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        quoted = '"=Cumbria ' + HOSTILE.replace('"', '""') + '"'
        text = re.sub(r"(?m)(^|,)Cumbria(?=,|$)", rf"\g<1>{quoted}", text)
        path.write_text(text, encoding="utf-8")
    sources = data_copy / "sources.csv"
    rows = list(csv.reader(io.StringIO(sources.read_text(encoding="utf-8"))))
    rows[1][1] = HOSTILE
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    sources.write_text(stream.getvalue(), encoding="utf-8")
    return data_copy


def test_markup_and_formulas_in_the_tables_stay_text(hostile: Path) -> None:
    data = load(hostile)
    name = next(a for a in data.names if a.startswith("=Cumbria"))
    lines = [
        summary.area_result(data, assess(data, a, "2020-03-31"), None, "")
        for a in sorted(data.names, key=lambda a: a != name and a >= "C")
    ]
    page = index.render(data, lines, shared.Frames.of(data))
    assert [f for f in faults(page) if "says" not in f] == []
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    tables = shared.data(data, shared.Frames.of(data))
    assert faults(tables) == [] and "<script>alert" not in tables
    (line,) = [
        r for r in csv.reader(io.StringIO(str(summary.files(lines)["results/areas.csv"])))
        if "Cumbria" in r[0]
    ]  # fmt: skip
    assert line[0].startswith("'=Cumbria")


@pytest.mark.parametrize("slug", ["../x", "a/b", "<b>", "A", ""])
def test_a_path_in_a_slug_is_refused(data_copy: Path, slug: str) -> None:
    path = data_copy / "areas.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Cumbria,cumbria,", f"Cumbria,{slug},"), encoding="utf-8")
    with pytest.raises(DataError, match="slug"):
        load(data_copy)


def test_the_command_tells_a_missing_report_in_one_sentence(tmp_path: Path) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "mappa", "site", "--reports", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1 and "run `mappa report --all` first" in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "site").exists()

"""Bring new figures into the tables: read, plan, rehearse on a copy, apply.

Nothing is overwritten. A new value of a cell (area, date, measure, basis) becomes the preferred
one and the old value stays beside it, marked as not preferred; the same value from another source
adds its source to the row. What the tables would look like is loaded and checked in a copy
before a single byte of the study's own folder changes.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from mappa.data import schema, workbooks
from mappa.data.check import run_checks
from mappa.data.load import Data, load
from mappa.data.reconcile import Finding
from mappa.errors import DataError, MappaError, OutputError, UnknownName
from mappa.files import write_atomically

REQUIRED = ("area", "date", "measure", "value", "source")
OPTIONAL = ("category", "basis", "quality", "note", "preferred")
SOURCE_COLUMNS = ("source_title", "source_url", "source_published", "source_kind")

#: What makes a cell of a table: at most one of its values is preferred.
CELLS = {
    "area_figures": ("area", "date", "measure", "basis"),
    "national_figures": ("date", "measure", "category"),
}
#: Order of writing: what is referred to comes first, so that no moment breaks a reference.
WRITTEN = ("sources", "denominators", "national_figures", "area_figures", "exceptions")


@dataclasses.dataclass(frozen=True)
class Submission:
    """New rows as text, checked for shape, in the columns of their tables.

    Attributes
    ----------
    name: the file or table they come from; errors and the plan name it.
    rows: table name to its new rows, indexed by the row of the file.
    """

    name: str
    rows: dict[str, pd.DataFrame]


@dataclasses.dataclass(frozen=True)
class Change:
    """What a row of the submission does.

    ``kind`` is ``new``, ``replaces`` (the old value stays, not preferred), ``beside`` (kept, not
    preferred), ``confirms`` (the same value; its source is added) or ``same`` (nothing to do).
    """

    kind: str
    row: int
    area: str
    date: str
    measure: str
    value: str
    old: str
    source: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """What would change, and the tables as they would read.

    Attributes
    ----------
    name: where the figures come from.
    changes: one for each row of the submission, in its order.
    notes: sentences on what follows from them (new sources, an assumed denominator).
    tables: table name to its new text as CSV; only tables that change.
    digest: digest of the figures that the plan was made for.
    """

    name: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    tables: dict[str, str]
    digest: str


@dataclasses.dataclass(frozen=True)
class Rehearsal:
    """What came of a plan in a copy of the tables.

    Attributes
    ----------
    plan: the plan, without the exceptions that it makes needless.
    figures: the figures as they would be.
    findings: every check's finding on them.
    failures: the failures that the figures did not have before; with any, nothing is applied.
    """

    plan: Plan
    data: Data
    findings: tuple[Finding, ...]
    failures: tuple[Finding, ...]


def read_submission(path: Path, data: Data) -> Submission:
    """Read a table of figures (CSV, ODS, XLS, XLSX; the first sheet, headed by its first row).

    Raises DataError or UnknownName in one sentence with the row and column of the file.
    """
    cells = workbooks.read_file(path)[0].cells
    header = [c.strip().lower() for c in cells[0]] if cells else []
    while header and not header[-1]:
        header.pop()
    _check_header(header, path.name)
    rows = {}
    for line, row in enumerate(cells[1:], start=2):
        if not any(row):
            continue
        if any(row[len(header) :]):
            raise DataError(f"{path.name}, row {line}: a cell stands beyond the last column.")
        padded = [*row, *[""] * len(header)][: len(header)]
        rows[line] = dict(zip(header, padded, strict=True))
    if not rows:
        raise DataError(f"{path.name} holds no figure under its header.")
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=header, dtype=str)
    return build_submission(path.name, frame, data)


def _check_header(header: list[str], name: str) -> None:
    known = (*REQUIRED, *OPTIONAL, *SOURCE_COLUMNS)
    for column in REQUIRED:
        if column not in header:
            seen = ", ".join(c for c in header if c) or "nothing"
            raise DataError(
                f"{name} has no column {column!r}: its first row must name "
                f"{', '.join(REQUIRED)}; it names {seen}."
            )
    for column in header:
        if column not in known:
            raise UnknownName(f"column (in {name})", column, known)
        if header.count(column) > 1:
            raise DataError(f"{name} names column {column!r} twice.")


def build_submission(name: str, frame: pd.DataFrame, data: Data) -> Submission:
    """Sort text rows (columns REQUIRED, others optional) into the study's tables and validate them.

    *frame* is indexed by the row of the file *name*. Where no basis is given, a figure of 31 March
    is on all levels and one of another day is ``other_date``.
    """
    frame = frame.reindex(columns=[*REQUIRED, *OPTIONAL, *SOURCE_COLUMNS], fill_value="")
    nation = frame["area"].str.lower().str.split().str.join(" ") == data.nation.lower()
    frame["area"] = [_area(name, row, cell, data) for row, cell in frame["area"].items()]
    frame["value"] = frame["value"].map(_plain_number)
    frame["preferred"] = frame["preferred"].str.lower().replace("", "true")
    frame["sources"] = frame["source"]
    at_end_of_march = frame["date"].str.endswith("-03-31")
    frame["quality"] = frame["quality"].replace("", "printed")
    areas, whole = frame[~nation].copy(), frame[nation].copy()
    areas["basis"] = areas["basis"].where(
        areas["basis"] != "", at_end_of_march.map({True: "all_levels", False: "other_date"})
    )
    stray = areas.index[areas["category"] != ""]
    if len(stray):
        raise DataError(
            f"{name}, row {stray[0]}, column category: only {data.nation} has categories."
        )
    whole["basis"] = [_national_basis(r, data) for _, r in whole.iterrows()]
    rows = {
        "sources": _new_sources(name, frame, data),
        "area_figures": _shaped("area_figures", areas, data),
        "national_figures": _shaped("national_figures", whole, data),
    }
    for table, part in rows.items():
        _validate(name, table, part, data)
    _check_sources_known(name, frame, rows["sources"], data)
    return Submission(name, rows)


def _area(name: str, row: int, written: str, data: Data) -> str:
    if " ".join(written.lower().split()) == data.nation.lower():
        return data.nation
    try:
        return data.area(written)
    except UnknownName as error:
        raise DataError(f"{name}, row {row}, column area: {error}") from None


def _plain_number(text: str) -> str:
    """Take the commas out of 1,234 and the zeros out of 12.0; leave what is no number."""
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    return re.sub(r"\.0+$", "", text)


def _national_basis(row: pd.Series, data: Data) -> str:
    """Return the basis given, else that of the measure's latest row, else that of its date."""
    if row["basis"]:
        return str(row["basis"])
    t = data.national_figures
    before = t[(t["measure"] == row["measure"]) & t["preferred"]].sort_values("date")
    if len(before):
        return str(before["basis"].iloc[-1])
    return "snapshot_31_march" if row["date"].endswith("-03-31") else "snapshot_other_date"


def _columns(table: str, data: Data) -> list[str]:
    d = data.dictionary
    return list(d.loc[d["table"] == table, "column"])


def _shaped(table: str, frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    return frame.reindex(columns=_columns(table, data), fill_value="")


def _new_sources(name: str, frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Return a row of sources.csv for each source that the submission itself describes."""
    described = frame[(frame[["source_title", "source_url"]] != "").any(axis=1)]
    known = set(data.sources["source"])
    rows: dict[str, tuple[int, dict[str, str]]] = {}
    for line, r in zip(described.index, described.to_dict("records"), strict=True):
        identifier = r["source"]
        if identifier in known:
            continue
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identifier):
            raise DataError(
                f"{name}, row {line}, column source: {identifier!r} must be a plain lower-case "
                "name such as county-report-2022."
            )
        new = {
            "source": identifier,
            "title": r["source_title"],
            "published": r["source_published"],
            "url": r["source_url"],
            "kind": r["source_kind"] or "press_or_other",
        }
        if rows.setdefault(identifier, (line, new))[1] != new:
            raise DataError(
                f"{name}, row {line}: describes source {identifier!r} otherwise than row "
                f"{rows[identifier][0]}."
            )
    return pd.DataFrame(
        [new for _, new in rows.values()],
        index=[line for line, _ in rows.values()],
        columns=_columns("sources", data),
        dtype=str,
    )


def _validate(name: str, table: str, rows: pd.DataFrame, data: Data) -> None:
    """Hold new rows to the schema of their table; the error names the file they come from."""
    try:
        schema.validate_table(table, rows, data.dictionary)
    except DataError as error:
        said = str(error).replace(f"{table}.csv", name, 1)
        if table == "sources":
            said = said.replace("column ", "column source_", 1)
        raise DataError(said) from None
    chosen = rows[rows["preferred"] == "true"] if table in CELLS else rows.iloc[:0]
    doubled = chosen.duplicated(list(CELLS.get(table, ())) or None)
    if doubled.any():
        raise DataError(
            f"{name}, row {chosen.index[doubled][0]}: a second preferred value of its cell "
            f"({', '.join(CELLS[table])}); mark one as preferred=false."
        )


def _check_sources_known(name: str, frame: pd.DataFrame, new: pd.DataFrame, data: Data) -> None:
    known = set(data.sources["source"]) | set(new["source"])
    for row, cell in frame["source"].items():
        for identifier in cell.split():
            if identifier not in known:
                raise DataError(
                    f"{name}, row {row}, column source: {identifier!r} is not in sources.csv; "
                    "describe it in the columns source_title and source_url."
                )


def plan(data: Data, submission: Submission) -> Plan:
    """Work out what *submission* changes in the tables of *figures*; nothing is written."""
    folder = data.folder
    before = {name: schema.read_text_table(folder / f"{name}.csv") for name in WRITTEN[:4]}
    after = {name: table.to_dict("records") for name, table in before.items()}
    changes: list[Change] = []
    for table in CELLS:
        for row, new in submission.rows[table].iterrows():
            changes.append(_merge(table, after[table], int(row), dict(new), data.nation))
    after["sources"] += submission.rows["sources"].to_dict("records")
    notes = [f"New source: {s}." for s in submission.rows["sources"]["source"]]
    given = submission.rows.get("denominators")
    more = given.to_dict("records") if given is not None else []
    notes += [
        f"The denominator of {d['stock_date']} is mid-{d['mid_year']} ({d['evidence']})."
        for d in more
    ]
    assumed, told = _assumed_denominators(data, submission, {d["stock_date"] for d in more})
    after["denominators"] += more + assumed
    tables = {
        name: text
        for name in before
        if (text := _csv(before[name].columns, after[name])) != _read(folder / f"{name}.csv")
    }
    changes.sort(key=lambda c: c.row)
    return Plan(submission.name, tuple(changes), (*notes, *told), tables, data.digest)


def _merge(
    table: str, rows: list[dict[str, str]], line: int, new: dict[str, str], nation: str
) -> Change:
    """Put one new row into *rows* (changed in place) and say what that does."""
    cell = [r for r in rows if all(r[c] == new[c] for c in CELLS[table])]
    old = next((r for r in cell if r["preferred"] == "true"), None)
    twin = next((r for r in cell if float(r["value"]) == float(new["value"])), None)
    wanted = new["preferred"] == "true"
    if twin is None:
        kind = "beside" if not wanted else "replaces" if old else "new"
        rows.append(new)
        chosen = new
    else:
        chosen = twin
        kind = "replaces" if wanted and old is not None and old is not twin else "confirms"
        if not _add_source(twin, new) and kind == "confirms" and (old is twin or not wanted):
            kind = "same"
    if wanted:
        for row in cell:
            row["preferred"] = "false"
        chosen["preferred"] = "true"
    replaced = old["value"] if old is not None and kind == "replaces" else ""
    return Change(
        kind,
        line,
        new.get("area", nation),
        new["date"],
        new["measure"],
        new["value"],
        replaced,
        new["sources"],
    )


def _add_source(row: dict[str, str], new: dict[str, str]) -> bool:
    """Add the new sources to a row of the same value; tell whether anything changed."""
    names = row["sources"].split()
    more = [s for s in new["sources"].split() if s not in names]
    better = new["quality"] == "official" != row["quality"]
    row["sources"] = " ".join(names + more)
    if better:
        row["quality"] = "official"
    return bool(more) or better


def _assumed_denominators(
    data: Data, submission: Submission, given: set[str]
) -> tuple[list[dict[str, str]], list[str]]:
    """Return denominator rows for stock dates that have none, and the sentences that say so.

    The Ministry divides a stock of 31 March by the mid-year before it (all dates since 2010 that
    could be tested, see denominators.csv); for a new date that is an assumption.
    """
    known = {f"{d:%Y-%m-%d}" for d in data.denominators["stock_date"]} | given
    dates = {
        r["date"]
        for table in CELLS
        for _, r in submission.rows[table].iterrows()
        if r["measure"] == "rso_count" and r["date"].endswith("-03-31")
    }
    earliest = min(known, default="")
    rows, notes = [], []
    for date in sorted(d for d in dates - known if d > earliest):
        year = int(date[:4]) - 1
        if year not in set(data.population["mid_year"]):
            notes.append(
                f"population.csv has no mid-{year}: no rate can be formed for {date} until it has."
            )
            continue
        notes.append(f"The denominator of {date} is assumed to be mid-{year}, the mid-year before.")
        rows.append(
            {
                "stock_date": date,
                "mid_year": str(year),
                "evidence": "previous mid-year assumed",
                "basis": "mid_year_before",
                "quality": "assumed",
                "source": "derived",
            }
        )
    return rows, notes


def _csv(columns: pd.Index, rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def rehearse(plan: Plan, data: Data) -> Rehearsal:
    """Load, validate and reconcile the figures as they would be, in a copy of the folder.

    An exception that the new figures make needless is taken out of the planned tables.

    Raises DataError in one sentence where the new tables break the schema or each other.
    """
    failed = _failing(data)

    def fresh(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(f for f in findings if f.status == "fail" and _cell(f) not in failed)

    after, findings = _checked_copy(plan, data)
    idle = [f for f in fresh(findings) if f.check == "exception_is_needed"]
    if idle:
        plan = _without_exceptions(plan, data, idle)
        after, findings = _checked_copy(plan, data)
    return Rehearsal(plan, after, tuple(findings), fresh(findings))


@functools.lru_cache(maxsize=4)
def _failing(data: Data) -> frozenset[tuple[str, ...]]:
    return frozenset(_cell(f) for f in run_checks(data) if f.status == "fail")


def _cell(f: Finding) -> tuple[str, ...]:
    return (f.check, f.table, f.area, f.date, f.measure, str(f.value))


def _checked_copy(plan: Plan, data: Data) -> tuple[Data, list[Finding]]:
    with tempfile.TemporaryDirectory(prefix="mappa-") as scratch:
        copy = Path(scratch) / "data"
        shutil.copytree(data.folder, copy)
        for name, text in plan.tables.items():
            (copy / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        try:
            after = load(copy)
        except DataError as error:
            raise DataError(f"With the figures of {plan.name}, {error}") from None
        return after, run_checks(after)


def _without_exceptions(plan: Plan, data: Data, idle: list[Finding]) -> Plan:
    table = schema.read_text_table(data.folder / "exceptions.csv")
    kept = table.drop(index=[f.row for f in idle])
    notes = tuple(
        f"The exception for {f.area or data.nation}, {f.date}, {f.measure} is needed no more "
        "and goes."
        for f in idle
    )
    text = _csv(kept.columns, kept.to_dict("records"))
    return dataclasses.replace(
        plan, notes=plan.notes + notes, tables={**plan.tables, "exceptions": text}
    )


def apply(plan: Plan, folder: Path) -> list[Path]:
    """Write the planned tables into *folder*, all or none; return what was written.

    Raises
    ------
    DataError: the tables changed since the plan was made, or are those inside the package.
    OutputError: a file cannot be written; those already written are put back.
    """
    if folder.resolve().is_relative_to(Path(__file__).resolve().parents[1]):
        raise DataError(
            f"The tables inside the package are left alone: copy the folder {folder} and name "
            "the copy with `mappa --data FOLDER`."
        )
    if load(folder).digest != plan.digest:
        raise DataError(f"The tables in {folder} have changed meanwhile: run the command again.")
    written: list[tuple[Path, bytes]] = []
    try:
        for path, text in _targets(plan, folder):
            before = path.read_bytes()
            write_atomically(path, text)
            written.append((path, before))
    except (OSError, MappaError) as error:
        for path, before in reversed(written):
            write_atomically(path, before)
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"Cannot change the tables in {folder}: {error}.") from error
    return [path for path, _ in written]


def _targets(plan: Plan, folder: Path) -> Iterator[tuple[Path, str]]:
    for name in WRITTEN:
        if name in plan.tables:
            yield folder / f"{name}.csv", plan.tables[name]

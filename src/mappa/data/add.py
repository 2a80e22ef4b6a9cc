"""Bring new figures into the tables: read, plan, rehearse on a copy, apply.

Nothing is overwritten. A new value of a cell (area, date, measure, basis) becomes the preferred
one and the old value stays, marked as not preferred; the same value from another source
adds its source to the row. What the tables would look like is loaded and checked in a copy
before a single byte of the study's own folder changes.

Several tables change as one: what is to be written is written down first, in a journal. A command
that is killed between two tables leaves it behind, and the next start finishes what it says before
it reads a single table. So no start ever sees some tables new and some old.
"""

import dataclasses
import functools
import json
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from mappa.data import denominators, schema
from mappa.data.check import run_checks
from mappa.data.check_tables import Finding
from mappa.data.load import JOURNAL, Data, load
from mappa.data.schema import CELLS
from mappa.data.submission import Submission
from mappa.errors import DataError, MappaError, OutputError
from mappa.files import write_atomically

#: Order of writing: what is referred to comes first, so that no moment breaks a reference.
WRITTEN = ("sources", "denominators", "national_figures", "area_figures")
ORDER = (*WRITTEN, "exceptions")

Rows = list[dict[str, str]]
Tables = dict[str, Rows]


@dataclasses.dataclass(frozen=True)
class Change:
    """What a row of the submission does.

    ``kind`` is ``new``, ``replaces`` (the old value stays, not preferred), ``beside`` (added, not
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
    table: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """What figures from *name* would change, and the tables as they would read.

    There is a change for each row of the submission, in its order; *notes* are sentences on what
    follows from them (new sources, an assumed denominator). *tables* has the new text as CSV of the
    tables that change, *digest* that of the figures that the plan was made for.
    """

    name: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    tables: dict[str, str]
    digest: str


@dataclasses.dataclass(frozen=True)
class Rehearsal:
    """What came of a plan in a copy of the tables, without the exceptions that it makes needless.

    *failures* are those that the figures did not have before: with any, nothing is applied.
    """

    plan: Plan
    data: Data
    findings: tuple[Finding, ...]
    failures: tuple[Finding, ...]


def plan(data: Data, *submissions: Submission) -> Plan:
    """Work out what *submissions* change in the tables of *data*; nothing is written."""
    names = dict.fromkeys([*WRITTEN, *(table for s in submissions for table in s.rows)])
    before = {name: schema.read_text_table(data.folder / f"{name}.csv") for name in names}
    after: Tables = {name: table.to_dict("records") for name, table in before.items()}
    changes: list[Change] = []
    notes: list[str] = []
    for submission in submissions:
        done: list[Change] = []
        for table, rows in submission.rows.items():
            keys = schema.keys(table, data.dictionary)
            for line, row in rows.iterrows():
                new = {str(c): str(v) for c, v in row.items()}
                if table in CELLS:
                    done.append(_merge(table, after[table], int(line), new, data.nation))
                elif change := _append(submission.name, table, after[table], keys, int(line), new):
                    done.append(change)
        changes += sorted((c for c in done if c.table in CELLS), key=lambda c: c.row)
        changes += [c for c in done if c.table not in {*CELLS, *WRITTEN}]
        given = {t: rows.to_dict("records") for t, rows in submission.rows.items()}
        notes += [f"New source: {s['source']}." for s in given.get("sources", ())]
        notes += [
            f"The denominator of {d['stock_date']} is mid-{d['mid_year']} ({d['evidence']})."
            for d in given.get("denominators", ())
        ]
    after["denominators"], more = _denominators(data, after)
    texts = {name: _csv(pd.DataFrame(after[name], columns=before[name].columns)) for name in names}
    tables = {n: text for n, text in texts.items() if text != _csv(before[n])}
    name = " and ".join(s.name for s in submissions)
    return Plan(name, tuple(changes), (*notes, *more), tables, data.digest)


def _append(
    name: str, table: str, rows: Rows, keys: list[str], line: int, new: dict[str, str]
) -> Change | None:
    """Put a row of a table without preferred values into *rows*; None if it is there already."""
    twin = next((r for r in rows if all(r[k] == new[k] for k in keys)), None)
    if twin is None:
        rows.append(new)
        what = ", ".join(new[k] for k in keys[:3])
        return Change("new", line, what, "", table, new.get("value", ""), "", "", table)
    if twin == new:
        return None
    column = next(c for c in new if twin[c] != new[c])
    raise DataError(
        f"{name}, row {line}, column {column}: {new[column]!r}, where {table}.csv has "
        f"{twin[column]!r} for the same {', '.join(keys)}; right: the same, or {table}.csv mended."
    )


def _merge(table: str, rows: Rows, line: int, new: dict[str, str], nation: str) -> Change:
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
    cell_of = new.get("area", nation), new["date"], new["measure"], new["value"]
    return Change(kind, line, *cell_of, replaced, new["sources"], table)


def _add_source(row: dict[str, str], new: dict[str, str]) -> bool:
    """Add the new sources to a row of the same value; return whether anything changed."""
    names = row["sources"].split()
    more = [s for s in new["sources"].split() if s not in names]
    better = new["quality"] == "official" != row["quality"]
    row["sources"] = " ".join(names + more)
    if better:
        row["quality"] = "official"
    return bool(more) or better


def _denominators(data: Data, tables: Tables) -> tuple[Rows, list[str]]:
    """Return the rows of ``denominators`` for the planned tables, and what is new in them."""
    counts = [r for t in CELLS for r in tables[t] if r["measure"] == "rso_count"]
    dates = {row["date"] for row in counts if row["date"].endswith("-03-31")}
    ten_plus = data.ten_plus
    if "population" in tables:
        new = pd.DataFrame(tables["population"]).astype({"mid_year": int, "population_10plus": int})
        ten_plus = new.pivot(index="area", columns="mid_year", values="population_10plus")
    found = denominators.fits(pd.DataFrame(tables["area_figures"]), ten_plus)
    return denominators.complete(tables["denominators"], dates, found, set(ten_plus.columns))


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))


def rehearse(plan: Plan, data: Data) -> Rehearsal:
    """Load, validate and reconcile the figures as they would be, in a copy of the folder.

    An exception that the new figures make needless is taken out of the planned tables. Raises
    DataError in one sentence where the new tables break the schema or each other.
    """
    failed = _failing(data)

    def fresh(findings: list[Finding]) -> tuple[Finding, ...]:
        return tuple(f for f in findings if f.status == "fail" and f.cell not in failed)

    after, findings = _checked_copy(plan, data)
    if idle := [f for f in fresh(findings) if f.check == "exception_is_needed"]:
        table = schema.read_text_table(data.folder / "exceptions.csv")
        tables = {**plan.tables, "exceptions": _csv(table.drop(index=[f.row for f in idle]))}
        notes = (
            f"The exception for {f.area or data.nation}, {f.date}, {f.measure} is needed no more "
            "and goes."
            for f in idle
        )
        plan = dataclasses.replace(plan, notes=(*plan.notes, *notes), tables=tables)
        after, findings = _checked_copy(plan, data)
    return Rehearsal(plan, after, tuple(findings), fresh(findings))


@functools.lru_cache(maxsize=4)
def _failing(data: Data) -> frozenset[tuple[str | float | None, ...]]:
    return frozenset(f.cell for f in run_checks(data) if f.status == "fail")


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


def apply(plan: Plan, folder: Path) -> list[Path]:
    """Write the planned tables into *folder*, all or none; return what was written.

    Raises DataError where the tables changed since the plan was made, or are those inside the
    package, and OutputError where a file cannot be written; those already written are put back.
    """
    if folder.resolve().is_relative_to(Path(__file__).resolve().parents[1]):
        raise DataError(
            f"The tables inside the package are left alone: copy the folder {folder} and name "
            "the copy with `mappa --data FOLDER`."
        )
    if load(folder).digest != plan.digest:
        raise DataError(f"The tables in {folder} have changed meanwhile: run the command again.")
    order = [*(t for t in plan.tables if t not in ORDER), *(t for t in ORDER if t in plan.tables)]
    before = {name: (folder / f"{name}.csv").read_bytes() for name in order}
    journal = write_atomically(folder / JOURNAL, json.dumps({n: plan.tables[n] for n in order}))
    written: list[Path] = []
    try:
        for name in order:
            written.append(write_atomically(folder / f"{name}.csv", plan.tables[name]))
    except (OSError, MappaError) as error:
        for path in reversed(written):
            write_atomically(path, before[path.stem])
        journal.unlink()
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"Cannot change the tables in {folder}: {error}.") from error
    journal.unlink()
    return written

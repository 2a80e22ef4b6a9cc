"""New rows for the study's tables, from the files that people keep, validated row by row."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mappa.data import schema, workbooks
from mappa.data.figure_rows import DESCRIBED, read_cell, read_figures
from mappa.data.load import Data
from mappa.data.schema import CELLS
from mappa.data.tables import Layout, Table, find_table
from mappa.errors import DataError

REQUIRED = ("area", "date", "measure", "value", "source")
OPTIONAL = ("category", "basis", "quality", "note", "preferred")
FIGURES = Layout("figures", REQUIRED, (*OPTIONAL, *DESCRIBED))
NATIONAL = Layout(
    "national_figures",
    ("date", "measure", "category", "value", "source"),
    ("basis", "quality", "note", "preferred", *DESCRIBED),
)
#: Tables that take rows as they are, and what is put into a column that a file may leave out.
OTHER_TABLES: dict[str, dict[str, str]] = {
    **{table: {} for table in ("population", "population_age_bands")},
    **{table: {"printed": "{value}"} for table in ("sentencing", "outflow", "profile")},
    "exceptions": {"basis": "known_misfit"},
    "sources": {"kind": "press_or_other"},  # the last, as other tables name a source too
}


@dataclasses.dataclass(frozen=True)
class Submission:
    """New rows as text, checked for shape, by table and in its columns.

    *name* is the file or table they come from, by whose rows they are indexed; *remarks* are
    sentences on what was taken, left off and left out in reading.
    """

    name: str
    rows: dict[str, pd.DataFrame]
    remarks: tuple[str, ...] = ()


def read_submissions(paths: Sequence[Path], data: Data) -> list[Submission]:
    """Read tables of figures or of other rows (CSV, ODS, XLS, XLSX), in the order of *paths*.

    The columns that its header names say what table a file holds. A file of sources describes the
    sources that the others name. Raises DataError or UnknownName in one sentence with the row and
    column of the file.
    """
    layouts = [FIGURES, NATIONAL, *(_layout(t, data) for t in OTHER_TABLES)]
    found = [find_table(workbooks.read_file(p), p.name, layouts) for p in paths]
    by_file: dict[int, Submission] = {}
    published = dict(zip(data.sources["source"], data.sources["published"], strict=True))
    for i, table in sorted(enumerate(found), key=lambda f: f[1].layout != "sources"):
        if table.layout in OTHER_TABLES:
            by_file[i] = _other_rows(table, data, set(published))
        else:
            frame, remarks = read_figures(table, data, published)
            by_file[i] = build_submission(table.file, frame, data, set(published))
            by_file[i] = dataclasses.replace(by_file[i], remarks=(*table.remarks, *remarks))
        new = by_file[i].rows.get("sources")
        if new is not None:
            published |= dict(zip(new["source"], new["published"], strict=True))
    return [by_file[i] for i in range(len(paths))]


def _layout(table: str, data: Data) -> Layout:
    rules = schema.rules(table, data.dictionary)
    must = rules[(rules["required"] == "yes") | (rules["key"] == "yes")]["column"]
    if table == "sources":
        must = rules["column"][rules["column"] != "published"]
    needs = tuple(c for c in must if c not in OTHER_TABLES[table])
    return Layout(table, needs, tuple(c for c in rules["column"] if c not in needs))


def _other_rows(table: Table, data: Data, known: set[str]) -> Submission:
    """Return the rows of a table other than the figures, each cell by its type."""
    if not table.lines:
        raise DataError(f"{table.file} holds no row under its header.")
    rows: dict[int, dict[str, str]] = {}
    remarks = list(table.remarks)
    for line in table.lines:
        row: dict[str, str] = {}
        for _, rule in schema.rules(table.layout, data.dictionary).iterrows():
            column = rule["column"]
            if not table.cell(line, column).text:
                row[column] = OTHER_TABLES[table.layout].get(column, "").format(**row)
                continue
            reading = read_cell(table, line, rule, data, known)
            row[column] = reading.text
            if reading.remark:
                remarks.append(f"{table.file}, row {line}, column {column}: {reading.remark}.")
        rows[line] = row
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=str)
    _validate(table.file, table.layout, frame, data)
    return Submission(table.file, {table.layout: frame}, tuple(remarks))


def build_submission(
    name: str, frame: pd.DataFrame, data: Data, known: set[str] | None = None
) -> Submission:
    """Sort text rows (columns REQUIRED, others optional) into the study's tables and validate them.

    *frame* is indexed by the row of the file *name*; *known* are the sources that are described.
    Where no basis is given, a figure of 31 March is on all levels and one of another day is
    ``other_date``.
    """
    frame = frame.reindex(columns=[*REQUIRED, *OPTIONAL, *DESCRIBED], fill_value="")
    frame["preferred"] = frame["preferred"].replace("", "true")
    t = data.national_figures
    # the quality that the national figures of the very same source all have
    of_source = t.drop_duplicates(["sources", "quality"]).set_index("sources")["quality"]
    usual = frame["source"].map(of_source[~of_source.index.duplicated(keep=False)])
    frame["quality"] = frame["quality"].mask(frame["quality"] == "", usual.fillna("printed"))
    frame["sources"] = frame["source"]
    is_nation = frame["area"] == data.nation
    areas, nation = frame[~is_nation].copy(), frame[is_nation].copy()
    march = frame["date"].str.endswith("-03-31")
    levels = march.map({True: "all_levels", False: "other_date"})
    areas["basis"] = areas["basis"].mask(areas["basis"] == "", levels)
    for line in areas.index[areas["category"] != ""][:1]:
        raise DataError(f"{name}, row {line}, column category: only {data.nation} has categories.")
    # that of the measure's latest row, of its kind, of its date
    latest = t[t["preferred"]].sort_values("date").groupby("measure")["basis"].last()
    kinds = schema.rules("measures", data.dictionary).set_index("column")["allowed"]
    first = kinds[kinds != ""].str.partition("|")[0]
    snapshot = march.map({True: "snapshot_31_march", False: "snapshot_other_date"})
    basis = nation["measure"].map(latest).fillna(nation["measure"].map(first)).fillna(snapshot)
    nation["basis"] = nation["basis"].mask(nation["basis"] == "", basis)
    rows = {"sources": _new_sources(name, frame, data, known or set(data.sources["source"]))}
    _validate(name, "sources", rows["sources"], data)
    for table, part in (("area_figures", areas), ("national_figures", nation)):
        columns = list(schema.rules(table, data.dictionary)["column"])
        rows[table] = _merge_repeats(name, table, part.reindex(columns=columns, fill_value=""))
        _validate(name, table, rows[table], data)
    return Submission(name, rows)


def _new_sources(name: str, frame: pd.DataFrame, data: Data, known: set[str]) -> pd.DataFrame:
    """Return a row of sources.csv for each source that the submission itself describes."""
    described = (frame[["source_title", "source_url"]] != "").any(axis=1)
    columns = list(schema.rules("sources", data.dictionary)["column"])
    new = frame[described & ~frame["source"].isin(known)]
    rows = new.rename(columns=lambda c: c.removeprefix("source_"))[columns]
    rows["kind"] = rows["kind"].replace("", "press_or_other")
    rows = rows.drop_duplicates()
    for line, source in rows["source"][rows["source"].duplicated()][:1].items():
        raise DataError(
            f"{name}, row {line}: describes source {source!r} otherwise than row "
            f"{rows.index[rows['source'] == source][0]}."
        )
    return rows


def _merge_repeats(name: str, table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Hold rows of the same cell together: another source is added, anything else is refused."""
    first: dict[tuple[str, ...], int] = {}
    merged = rows.copy()
    for line, row in rows.iterrows():
        cell = tuple(row[c] for c in CELLS[table])
        twin = first.setdefault(cell, int(line))
        if twin == line:
            continue
        if row["value"] == merged.at[twin, "value"]:
            known = merged.at[twin, "sources"].split()
            more = [s for s in row["sources"].split() if s not in known]
            if not more:
                raise DataError(
                    f"{name}, row {line}: repeats row {twin} ({', '.join(cell)}, "
                    f"{row['value']}); right: one of them."
                )
            merged.at[twin, "sources"] = " ".join([*known, *more])
            merged = merged.drop(index=line)
        elif row["preferred"] == merged.at[twin, "preferred"] == "true":
            raise DataError(
                f"{name}, row {line}, column value: {row['value']} where row {twin} has "
                f"{merged.at[twin, 'value']} for the same {', '.join(CELLS[table])}; right: one of "
                "them, or preferred=false on the other (a second preferred value of its cell)."
            )
    return merged


def _validate(name: str, table: str, rows: pd.DataFrame, data: Data) -> None:
    """Hold new rows to the schema of their table; the error names the file they come from."""
    try:
        schema.validate_table(table, rows, data.dictionary)
    except DataError as error:
        said = str(error).replace(f"{table}.csv", name, 1)
        if table == "sources":
            said = said.replace("column ", "column source_", 1)
        raise DataError(said) from None

"""Executed notebooks and a small site for the tests of pages, made without a kernel."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mappa import growth
from mappa.data import Data
from mappa.pages.force import render_pages
from mappa.plot import Exhibit, canvas
from mappa.rates.assess import assess
from mappa.records import RECORD_MIME
from mappa.words import Prose, Table

QUESTIONS = {
    "1-growth": "How has the number grown?",
    "2-rate": "Does the rate differ?",
    "3-register": "Where does the growth come from?",
}


def exhibit(name: str = "funnel", headline: str = "Rates run from 1 to 3") -> Exhibit:
    """Return a small chart."""
    figure, axes = canvas(width=4, height=2)
    axes.bar(["a", "b", "c"], [1, 2, 3])
    axes.set_title("Ten < twelve & “more”")
    data = pd.DataFrame({"area": ["a", "=1+1", "<b>c</b>"], "rate": [1.0, 2.0, 3.25]})
    alt = "Bars of three areas: the rate runs from 1 in a to 3.25 in c."
    return Exhibit(name, headline, "Rate, 2020", alt, "Source: made up.", data, figure, phone=False)


def shown(value: Any, *tags: str, source: str = "study.part") -> Any:
    """Return a code cell that shows *value*."""
    data: dict[str, Any] = {"text/plain": repr(type(value).__name__)}
    if isinstance(value, Prose):
        data["text/plain"] = repr(str(value))
    if isinstance(value, dict):
        data[RECORD_MIME] = value
    elif isinstance(value, Exhibit):
        data |= value._repr_mimebundle_()
    else:
        data["text/html"] = value if type(value) is str else value._repr_html_()
    output = new_output("execute_result", data=data, execution_count=1)
    cell = new_code_cell(source, outputs=[output], execution_count=1)
    cell.metadata["tags"] = list(tags)
    return cell


def notebook(name: str, force: str, as_of: str, record: dict[str, Any]) -> Any:
    """Return an executed notebook of *force*."""
    source = f"force = {force!r}  # the force\nas_of = {as_of!r}  # date\nmargin = 0.1  # margin"
    settings = new_code_cell(source, metadata={"tags": ["parameters"]})
    rows = pd.DataFrame({"what": [force, "the rest"], "rate": ["12.5", "10.0"]})
    found = [
        new_markdown_cell(f"# {QUESTIONS[name]}\n\nAn introduction to the notebook."),
        new_markdown_cell("## Settings: change these and run all cells"),
        settings,
        new_markdown_cell("## The answer"),
        shown(Prose(f"{force} had 12.5 people ({name})."), "answer"),
        new_markdown_cell("## The picture\n\nThe picture *shows* it."),
        shown(exhibit(f"funnel-{name[0]}"), "answer-figure", "brief"),
        shown(exhibit("second", "A second chart of 3 areas")),
        new_markdown_cell("## In numbers"),
        shown(Table("Rates of two areas", rows, ("rate",), "A note.")),
        shown(Prose("A paragraph with 2 numbers.")),
    ]
    if name == "2-rate":
        found += [
            new_markdown_cell(
                "## Claim by claim\n\nEach claim is checked.", metadata={"tags": ["story"]}
            ),
            shown(Table("Claims of the story", rows, ("rate",)), "story"),
        ]
    found += [new_markdown_cell("## The record"), shown(record, "record")]
    for number, cell in enumerate(found):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=found)


def write_reports(folder: Path, data: Data, forces: list[str], as_of: str | None = None) -> Path:
    """Write executed notebooks and results of *forces* into *folder*, as a run leaves them."""
    day = as_of or str(data.settings["default_as_of"])
    for force in forces:
        grown = growth.answer(data, force, day, horizon=0)
        guess = dataclasses.replace(
            grown.national_series[-1], kind="estimate", date=grown.as_of, value=987.4, low=800.2,
            high=1190.6,
        )  # fmt: skip
        records = {
            "1-growth": dataclasses.replace(grown, series=(guess,)).as_dict(),
            "2-rate": assess(data, force, day).as_dict(),
            "3-register": {"force": force, "as_of": day},
        }
        where = folder / data.slug(force)
        where.mkdir(parents=True, exist_ok=True)
        for name in QUESTIONS:
            nbformat.write(notebook(name, force, day, records[name]), where / f"{name}.ipynb")
        content = {"force": force, "records": records}
        (where / "results.json").write_text(json.dumps(content), encoding="utf-8")
        (where / "results.csv").write_text("force,notebook,key,value,unit\n", encoding="utf-8")
        for name, made in render_pages(where, data).items():
            if isinstance(made, bytes):
                (where / name).write_bytes(made)
    return folder

"""Results and contracts: what is gathered from executed notebooks, and what is refused."""

import csv
import io
import json

import pytest

from mappa.records import RECORD_MIME, Record, key
from mappa.runs import contract, results


def code(tags=(), **output):
    shown = [{"output_type": "execute_result", **output}] if output else []
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": "", "outputs": shown}


def with_record(record, units=None, **more):
    meta = {RECORD_MIME: {"units": units or {}}}
    return {"cells": [code(["record"], data={RECORD_MIME: record}, metadata=meta)], **more}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_gathers_a_tidy_row_for_each_value_with_its_unit():
    record = {
        "count": 12,
        "rate": 1.25,
        "status": "",
        "gone": None,
        "ok": True,
        "interval": {"low": 1.0, "high": 2.0},
        "years": [{"year": 2019, "value": 3}],
    }
    node = with_record(record, {"rate": "per 100,000 people", "interval": "people"})
    files = results.gather("Upper Marsh", {"2-rate": json.dumps(node)})
    rows = rows_of(files["results.csv"])
    assert [(r["key"], r["value"], r["unit"]) for r in rows] == [
        ("count", "12", ""),
        ("rate", "1.25", "per 100,000 people"),
        ("status", "", ""),
        ("gone", "", ""),
        ("ok", "true", ""),
        ("interval.low", "1.0", "people"),
        ("interval.high", "2.0", "people"),
    ]
    assert {(r["force"], r["notebook"]) for r in rows} == {("Upper Marsh", "2-rate")}
    whole = json.loads(files["results.json"])
    assert whole["force"] == "Upper Marsh" and whole["records"] == {"2-rate": record}


def test_a_text_that_a_spreadsheet_would_run_is_disarmed_and_a_negative_number_is_not():
    files = results.gather("X", {"a": json.dumps(with_record({"note": "=1+1", "change": -3}))})
    assert [r["value"] for r in rows_of(files["results.csv"])] == ["'=1+1", "-3"]


def test_the_sentence_is_the_records_else_what_the_answer_shows():
    assert results.sentence_of(with_record({"sentence": "So it is."})) == "So it is."
    shown = code(["answer"], data={"text/plain": "'It\\'s 3.'", "text/html": "<p>It is 3.</p>"})
    assert results.sentence_of({"cells": [shown]}) == "It's 3."
    assert results.sentence_of({"cells": [code(["answer"])]}) == ""


def test_a_record_shows_its_units_beside_its_values():
    import dataclasses

    @dataclasses.dataclass(frozen=True)
    class Small(Record):
        rate: float = key("a rate", "per 100,000 people")
        name: str = key("a name")

    data, metadata = Small(1.5, "x")._repr_mimebundle_()
    node = {"cells": [code(data=data, metadata=metadata)]}
    assert results.record_of(node) == {"rate": 1.5, "name": "x"}
    assert results.units_of(node) == {"rate": "per 100,000 people"}


PAGE = "<html><head><title>T</title></head><body><h1>T</h1>{}</body></html>"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<h2>A</h2><h3>B</h3><h2>C</h2><p>Inform, finance and Nantwich.</p>", None),
        ("<h3>B</h3>", "headings skip from level 1 to 3"),
        ("<h1>B</h1>", "2 headings of level 1"),
        ('<img src="x">', "no alternative text"),
        ('<img src="x" alt=" ">', "no alternative text"),
        ('<img src="x" alt="A rate of nan.">', "says 'nan'"),
        ("<p>The rate is nan per 100,000.</p>", "says 'nan'.*The rate is nan per"),
        ("<p>(95% interval None to 3)</p>", "says 'None'"),
        ("<td>NaT</td>", "says 'NaT'"),
        ("<p>A ratio of inf.</p>", "says 'inf'"),
        ("<pre>x = float('nan')</pre><script>var nan;</script>", None),
    ],
)
def test_a_page_that_breaks_the_contract_is_refused(body, problem):
    found = contract.check_page(PAGE.format(body))
    if problem is None:
        assert found == []
    else:
        import re

        assert len(found) == 1 and re.search(problem, found[0])


def test_a_notebook_without_record_or_answer_or_with_an_error_is_refused():
    error = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": []}
    cell = code()
    cell["outputs"] = [error]
    assert contract.check_notebook({"cells": [cell]}) == [
        "an output is the error ValueError",
        "no cell shows a record",
        "no cell tagged `answer` shows a sentence",
    ]
    assert contract.check_notebook(with_record({"sentence": "Yes."})) == []

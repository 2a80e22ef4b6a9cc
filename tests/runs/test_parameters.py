"""Parameters are read from the parameters cell, and a mistyped one never runs with the default."""

from pathlib import Path

import pytest

from mappa.errors import DataError, UnknownName, UsageError
from mappa.runs import plan
from mappa.runs.notebooks import Parameter, inspect, read_setting

CELL = """\
# Settings: change these and run all cells
force = "Cumbria"  # name of the area: see `mappa areas`
margin: float = 0.10  # a difference that would matter
years = 5
shift = -2  # negative is a number too
forecast = True
comparator = "rest"  # one of: rest, similar or typical
denominator = "all ages"  # one of: aged 10 and over | all ages
note = None
horizon = 4  # years to forecast, 0 to 5
"""


@pytest.fixture()
def found() -> dict[str, Parameter]:
    return inspect(CELL, "x.ipynb")


def test_reads_names_defaults_helps_types_and_choices(found: dict[str, Parameter]) -> None:
    assert {n: p.default for n, p in found.items()} == {
        "force": "Cumbria",
        "margin": 0.10,
        "years": 5,
        "shift": -2,
        "forecast": True,
        "comparator": "rest",
        "denominator": "all ages",
        "note": None,
        "horizon": 4,
    }
    assert found["force"].help == "name of the area: see `mappa areas`"
    assert found["years"].help == ""
    assert [found[n].kind for n in ("force", "margin", "years", "forecast")] == [
        "text",
        "a number",
        "a whole number",
        "true or false",
    ]
    assert found["comparator"].choices == ("rest", "similar", "typical")
    assert found["denominator"].choices == ("aged 10 and over", "all ages")
    assert found["force"].choices == ()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("margin", "0.2", 0.2),
        ("margin", "1", 1.0),
        ("years", "7", 7),
        ("forecast", "no", False),
        ("force", "12", "12"),
        ("note", "0.5", 0.5),
        ("note", "word", "word"),
        ("note", "[1]", "[1]"),
        ("shift", -3, -3),
        ("margin", 1, 1.0),
    ],
)
def test_reads_text_as_the_type_of_the_default(
    found: dict[str, Parameter], name: str, text: str, value: object
) -> None:
    read = found[name].check(text)
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("margin", "ten"),
        ("margin", "nan"),
        ("margin", "inf"),
        ("years", "1.5"),
        ("forecast", "2"),
        ("years", 1.5),
        ("years", True),
        ("force", 3),
        ("margin", None),
    ],
)
def test_refuses_a_value_of_another_type_and_says_what_is_right(
    found: dict[str, Parameter], name: str, text: str
) -> None:
    with pytest.raises(UsageError, match=f"{name} = .* is not allowed: {name} is .*, such as"):
        found[name].check(text)


def test_refuses_a_value_that_is_not_a_choice_with_a_suggestion(
    found: dict[str, Parameter],
) -> None:
    with pytest.raises(UnknownName, match=r"no value of comparator called 'simlar'.*'similar'"):
        found["comparator"].check("simlar")


def test_refuses_a_number_outside_the_limits_that_the_help_gives(
    found: dict[str, Parameter],
) -> None:
    assert found["horizon"].limits == (0, 5) and found["shift"].limits is None
    assert [found["horizon"].check(v) for v in ("0", 5)] == [0, 5]
    with pytest.raises(UsageError, match="horizon = 6 is not allowed: use 0 to 5"):
        found["horizon"].check("6")


def test_refuses_an_unknown_name_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="no parameter called 'magrin': did you mean 'margin'"):
        plan.open_study(["magrin=1"], {}, Path("unused"))


def test_gives_each_notebook_only_the_settings_that_it_has() -> None:
    values = plan.open_study(["margin=0.2"], {}, Path("unused")).values("Kent")
    assert values["2-rate"]["margin"] == 0.2 and values["2-rate"]["force"] == "Kent"
    assert "margin" not in values["6-what-ifs"] and "force" not in values["6-what-ifs"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("a = 1; b = 2", "line 1: sets two parameters on one line"),
        ("a = 1\na = 2", "line 2: sets a a second time"),
        ("a = [1]", "line 1: gives a a value that is not plain text, a number"),
        ("a = b", "line 1: gives a a value that is not plain text, a number"),
        ("a, b = 1, 2", "line 1: is not `name = value"),
        ("import os", "line 1: is not `name = value"),
        ("a: int", "line 1: is not `name = value"),
        ("a = = 1", "line 1: is not Python"),
    ],
)
def test_tells_what_is_wrong_with_a_parameters_cell(cell: str, message: str) -> None:
    with pytest.raises(DataError, match=f"x.ipynb, parameters cell, {message}"):
        inspect(cell, "x.ipynb")


def test_splits_a_setting_at_its_first_equals_sign() -> None:
    assert read_setting("note = a=b") == ("note", "a=b")
    for wrong in ("margin", "=1", ""):
        with pytest.raises(UsageError, match="is not name=value"):
            read_setting(wrong)


def test_a_month_that_cannot_be_read_is_refused_before_any_kernel_starts() -> None:
    with pytest.raises(UsageError, match="2010-4"):
        plan.open_study(["since=2010-4"], {}, Path("unused"))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("denominator=al ages", r"no denominator called 'al ages': .*'all ages'"),
        ("comparator=neighbour", r"no comparator called 'neighbour': .*'neighbours'"),
        ("nation=registre", r"no nation called 'registre': .*'register'"),
        ("margin=-1", "margin"),
    ],
)
def test_a_value_that_only_the_tables_know_is_refused_too(setting: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan.open_study([setting], {}, Path("unused"))

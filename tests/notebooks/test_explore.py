"""Controls without a browser: what follows them is what the study says of their values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import ipywidgets as widgets
import pytest

from mappa import explore
from mappa.data import Data
from mappa.errors import MappaError, UnknownName, UsageError
from mappa.plot.exhibit import Exhibit
from mappa.rates.assess import assess
from mappa.words import Prose
from mappa.words.rate import answer as words


class Handle:
    """Stands for what IPython shows: keeps what it was given."""

    def __init__(self, thing: Any) -> None:
        self.shown = [thing]

    def update(self, thing: Any) -> None:
        self.shown.append(thing)


@pytest.fixture()
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Display a panel; return its handles and the bundle of its controls."""
    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(explore, "publish_display_data", bundles.append)
    monkeypatch.setattr(explore, "display", lambda thing, display_id: Handle(thing))

    def show(panel: explore.Panel) -> tuple[list[Any], dict[str, Any]]:
        panel._ipython_display_()
        return panel._handles, bundles[-1]

    return show


def calls_of(panel: explore.Panel) -> list[int]:
    """Return the drawings of a small panel, which it carries with it."""
    return cast(Any, panel).calls


def small_panel(**more: Any) -> explore.Panel:
    calls: list[int] = []

    def view(a: int, b: int) -> list[Any]:
        calls.append(a)
        if a == 13:
            raise UsageError("13 is not allowed: 0 to 20 but 13.")
        return [f"{a} and {b}", kept]

    kept = object()
    controls = {
        "a": widgets.IntSlider(value=1, max=20),
        "b": widgets.IntSlider(value=2, max=20),
    }
    panel = explore.Panel(controls, view, **more)
    panel.calls = calls  # type: ignore[attr-defined]
    return panel


def test_what_is_shown_follows_and_what_did_not_change_is_not_sent(
    opened: Callable[..., Any],
) -> None:
    panel = small_panel()
    (text, picture), _ = opened(panel)
    panel.controls["a"].value = 5
    assert text.shown == ["1 and 2", "5 and 2"]
    assert len(picture.shown) == 1


def test_reset_draws_once_and_goes_home(opened: Callable[..., Any]) -> None:
    panel = small_panel(home={"b": 9})
    (text, _), _ = opened(panel)
    panel.controls["a"].value = 5
    before = list(calls_of(panel))
    panel.reset()
    assert panel.values == {"a": 1, "b": 9}
    assert len(calls_of(panel)) == len(before) + 1
    assert text.shown[-1] == "1 and 9"


def test_a_mistake_is_its_sentence_and_the_picture_stays(opened: Callable[..., Any]) -> None:
    panel = small_panel()
    (text, picture), _ = opened(panel)
    panel.controls["a"].value = 13
    assert text.shown[-1] == "13 is not allowed: 0 to 20 but 13."
    assert isinstance(text.shown[-1], Prose)
    assert len(picture.shown) == 1
    panel.controls["a"].value = 14
    assert text.shown[-1] == "14 and 2"


def test_a_slower_view_has_a_button(opened: Callable[..., Any]) -> None:
    panel = small_panel(more=("Intervals", lambda a, b: [f"slowly {a}", "wide"]))
    (text, picture), _ = opened(panel)
    assert list(panel.buttons) == ["Reset", "Intervals"]
    panel.buttons["Intervals"]()
    assert (text.shown[-1], picture.shown[-1]) == ("slowly 1", "wide")
    panel.controls["a"].value = 3
    assert text.shown[-1] == "3 and 2"
    assert len(picture.shown) == 3  # the quick picture comes back


def test_a_slider_that_counts_in_binary_moves_nothing() -> None:
    panel = explore.Panel({"a": widgets.FloatSlider(value=7)}, lambda a: [a])
    panel.controls["a"].value = 7.000000000000001
    assert panel.values == {"a": 7.0}


def test_read_statically_a_sentence_stands_for_the_controls(opened: Callable[..., Any]) -> None:
    _, bundle = opened(small_panel())
    assert "need a live kernel" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_every_control_of_the_rate_moves_the_verdict_of_the_record(
    data: Data, opened: Callable[..., Any]
) -> None:
    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    panel = explore.rate(force, day, data=data)
    (sentence, picture, funnel), _ = opened(panel)
    assert panel.values == {
        "force": force,
        "as_of": day,
        "margin": 0.10,
        "comparator": "rest",
        "denominator": "aged 10 and over",
    }
    other = next(a for a in data.counts(day).index if a != force)
    moves = {"margin": 0.25, "denominator": "all ages", "comparator": "nation", "force": other}
    for name, value in moves.items():
        panel.controls[name].value = value
        record = assess(data, **panel.values)
        assert sentence.shown[-1] == words.sentence(record), name
        percent = f"{record.margin:.0%}"
        assert percent in picture.shown[-1].svg()
    assert len(funnel.shown) == len(moves)  # the first, and each move but that of the margin
    assert picture.shown[-1].alt.count(other)


def test_the_axes_stay_where_they_were_when_the_force_moves(
    data: Data, opened: Callable[..., Any]
) -> None:
    def places(shown: list[Any]) -> list[tuple[float, ...]]:
        charts = [thing for thing in shown if isinstance(thing, Exhibit)]
        return [axes.get_position().bounds for chart in charts for axes in chart.figure.axes]

    panel = explore.rate("Cumbria", "2020-03-31", data=data)
    handles, _ = opened(panel)
    panel.controls["force"].value = next(
        a for a in data.counts("2020-03-31").index if a != "Cumbria"
    )
    before, after = ([handle.shown[i] for handle in handles] for i in (0, -1))
    assert len(places(after)) == 2
    assert places(before) == places(after)


def test_a_force_without_a_count_and_a_date_of_few(data: Data, opened: Callable[..., Any]) -> None:
    day = str(data.settings["default_as_of"])
    silent = next(a for a in data.names if a not in data.counts(day))
    panel = explore.rate(silent, day, data=data)
    (sentence, picture, _), _ = opened(panel)
    assert sentence.shown == [words.sentence(assess(data, silent, day))]
    assert picture.shown[-1].startswith("We have no count of registered sexual offenders")


def test_unknown_names_are_one_sentence(data: Data) -> None:
    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    wishes: tuple[dict[str, Any], ...] = ({"comparator": "resst"}, {"denominator": "everyone"})
    for wrong in wishes:
        with pytest.raises(UnknownName):
            explore.rate(force, day, data=data, **wrong)
    with pytest.raises(UnknownName, match="did you mean"):
        explore.rate(force[:-1], day, data=data)
    with pytest.raises(MappaError):
        explore.rate(force, "1066-10-14", data=data)
    with pytest.raises(UnknownName, match="threshold_months"):
        explore.register(day, since="2010-04", treshold_months=48)


@pytest.mark.parametrize("name", ["explore", "tutorial"])
def test_the_notebooks_are_thin(root: Path, name: str) -> None:
    book = json.loads((root / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    code = [c for c in book["cells"] if c["cell_type"] == "code"]
    assert code[0]["metadata"]["tags"] == ["parameters"]
    before = book["cells"][book["cells"].index(code[0]) - 1]
    assert "Settings: change these and run all cells" in "".join(before["source"])
    for cell in code:
        source = "".join(cell["source"])
        assert len(source.splitlines()) <= 13
        assert not re.search(r"^\s*(def|class)\s", source, re.M)
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    assert book["metadata"]["kernelspec"]["name"] == "python3"


def test_the_welcome_page_names_every_notebook(root: Path) -> None:
    text = (root / "notebooks" / "welcome.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.ipynb)\)", text))
    assert linked == {p.name for p in (root / "notebooks").glob("*.ipynb")}

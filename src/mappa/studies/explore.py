"""Controls to move in a live notebook: the words and the picture of a study follow the hand.

A panel is controls and a view: a pure function from their values to what is shown. What is shown
are ordinary outputs that are updated in place, not outputs held by a widget, so a notebook that is
only read still shows the picture of the first settings, and in place of the controls a sentence
that they need a live kernel. This is the one module that imports ipywidgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
from IPython.display import DisplayHandle, display, publish_display_data

from mappa.errors import MappaError, UnknownName
from mappa.figures import Figures, load
from mappa.figures.load import DENOMINATORS
from mappa.studies.rate import rate as open_rate
from mappa.words import numbers
from mappa.words.prose import Prose

NEEDS_KERNEL = (
    "Controls stand here when this notebook runs in JupyterLab (`make lab`): they need a live "
    "kernel. What follows is shown for the settings in the cell above."
)

View = Callable[..., Sequence[Any]]


class Panel:
    """Controls, and under them what *view* makes of their values.

    Parameters
    ----------
    controls: a widget for each argument of *view*, in order; its value now is where reset goes.
    view: returns what to show (prose, exhibits, tables), always as many things; an error that the
        user can mend is shown as its sentence in the first place, and the rest stays.
    """

    def __init__(self, controls: Mapping[str, Any], view: View) -> None:
        self.controls = dict(controls)
        self._view = view
        self._start = self.values
        self._handles: list[DisplayHandle] = []
        self._holding = False
        self.reset_button = widgets.Button(description="Reset", tooltip="Back to the settings")
        self.reset_button.on_click(lambda _: self.reset())
        for control in self.controls.values():
            control.observe(self._follow, names="value")

    @property
    def values(self) -> dict[str, Any]:
        """Value of each control now."""
        return {name: control.value for name, control in self.controls.items()}

    def reset(self) -> None:
        """Put every control back and draw once."""
        self._holding = True
        try:
            for name, value in self._start.items():
                self.controls[name].value = value
        finally:
            self._holding = False
        self._follow()

    def shown(self) -> list[Any]:
        """Return what belongs to the controls now; of a mistake, its one sentence."""
        try:
            return list(self._view(**self.values))
        except MappaError as error:
            return [Prose(str(error))]

    def _follow(self, _: Any = None) -> None:
        if not self._holding:
            for handle, thing in zip(self._handles, self.shown(), strict=False):
                handle.update(thing)

    def _ipython_display_(self) -> None:
        box = widgets.VBox([*self.controls.values(), self.reset_button])
        bundle = dict(box._repr_mimebundle_())
        publish_display_data({**bundle, "text/html": Prose(NEEDS_KERNEL)._repr_html_()})
        made = [display(thing, display_id=True) for thing in self.shown()]
        self._handles = [handle for handle in made if handle is not None]


def _known(kind: str, name: str, names: Iterable[str]) -> None:
    if name not in (known := list(names)):
        raise UnknownName(kind, name, known)


def _choice(label: str, options: Sequence[tuple[str, Any]], value: Any) -> widgets.Dropdown:
    return widgets.Dropdown(description=label, options=list(options), value=value, **_WIDE)


_WIDE: dict[str, Any] = {
    "style": {"description_width": "9em"},
    "layout": widgets.Layout(width="34em", max_width="100%"),
}


def _slider(label: str, value: float, low: float, high: float, step: float, form: str) -> Any:
    return widgets.FloatSlider(
        description=label,
        value=min(max(value, low), high),
        min=low,
        max=high,
        step=step,
        readout_format=form,
        **_WIDE,
    )


def rate(
    force: str,
    as_of: str,
    *,
    margin: float = 0.10,
    comparator: str = "rest",
    denominator: str = "aged 10 and over",
    figures: Figures | None = None,
) -> Panel:
    """Return controls for the question of a force's rate; verdict and funnel follow them.

    The arguments are where the controls begin and where reset puts them back.
    """
    f = figures if figures is not None else load()
    _known("comparator", comparator, f.comparators["comparator"])
    _known("denominator", denominator, DENOMINATORS)
    labels = [(str(r["label"]), str(r["comparator"])) for _, r in f.comparators.iterrows()]
    controls = {
        "force": _choice("Force", [(name, name) for name in f.names], f.area(force)),
        "as_of": _choice(
            "Date",
            [(numbers.day(d), f"{d:%Y-%m-%d}") for d in f.dates],
            f"{f.date(as_of):%Y-%m-%d}",
        ),
        "margin": _slider("Margin that matters", margin, 0.01, 0.50, 0.01, ".0%"),
        "comparator": _choice("Compared with", labels, comparator),
        "denominator": _choice("Per people", [(d, d) for d in DENOMINATORS], denominator),
    }

    def view(**settings: Any) -> Sequence[Any]:
        study: Any = open_rate(figures=f, **settings)
        return study.sentence, study.funnel

    return Panel(controls, view)

"""Controls to move in a live notebook: the words and the picture of a study follow the hand.

A panel is controls and a view: a function from their values to what is shown. What is shown are
ordinary outputs that are updated in place, not outputs held by a widget, so a notebook that is
only read still shows the picture of the first settings, and in place of the controls a sentence
that they need a live kernel. This is the one module that imports ipywidgets.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import pandas as pd
from IPython.display import DisplayHandle, display, publish_display_data
from matplotlib.transforms import Bbox

from mappa.arguments import typed
from mappa.data import Data, load
from mappa.data.stock import DENOMINATORS
from mappa.errors import MappaError, one_of
from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.funnel import funnel
from mappa.plot.rate.rows import margin_rows
from mappa.plot.register import charts as whatif_charts
from mappa.rates import doors
from mappa.rates.assess import assess, check_margin
from mappa.register.answers import scenarios
from mappa.words import Prose, capital, numbers
from mappa.words.rate import answer as rate_words
from mappa.words.register import law as whatif_words

NEEDS_KERNEL = (
    "Controls appear here while this notebook runs in JupyterLab (`make lab`): they need a live "
    "kernel. What follows is shown for the settings above."
)
INDEFINITE = "indefinite"
#: Sliders are easier to set over less than all that a scenario allows.
_REACH = {"months": 120.0, "years": 40.0, "percent": 100.0}
_STEP = {"months": 1.0, "years": 0.5, "percent": 5.0}

View = Callable[..., Sequence[Any]]


class Panel:
    """Controls, and under them what *view* makes of their values.

    Parameters
    ----------
    controls: a widget for each argument of *view*, in order.
    view: returns what to show (prose, exhibits), always as many things. Of an error that the user
        can mend, the sentence is shown in the first place, and the rest stays.
    home: values that the button Reset puts back; by default those at the start.
    more: name of a button and a slower view that it shows in the same places.
    """

    def __init__(
        self,
        controls: Mapping[str, Any],
        view: View,
        *,
        home: Mapping[str, Any] | None = None,
        more: tuple[str, View] | None = None,
    ) -> None:
        self.controls = dict(controls)
        self._view = view
        self._home = {**self.values, **(home or {})}
        self._handles: list[DisplayHandle] = []
        self._last: list[Any] = []
        self._holding = False
        self.buttons = {"Reset": self.reset}
        if more:
            self.buttons[more[0]] = functools.partial(self._follow, view=more[1])
        for control in self.controls.values():
            control.observe(lambda _: self._follow(), names="value")

    @property
    def values(self) -> dict[str, Any]:
        """Value of each control now; a slider's is rounded, because browsers count in binary."""
        now = {name: control.value for name, control in self.controls.items()}
        return {k: round(v, 6) if isinstance(v, float) else v for k, v in now.items()}

    def reset(self) -> None:
        """Put every control back and draw once."""
        self._holding = True
        try:
            for name, value in self._home.items():
                self.controls[name].value = value
        finally:
            self._holding = False
        self._follow()

    def shown(self, view: View | None = None) -> list[Any]:
        """Return what belongs to the controls now; of a mistake, its one sentence."""
        try:
            return list((view or self._view)(**self.values))
        except MappaError as error:
            return [Prose(str(error))]

    def _follow(self, view: View | None = None) -> None:
        if self._holding:
            return
        things = self.shown(view)
        for i, (handle, thing) in enumerate(zip(self._handles, things, strict=False)):
            if thing is not self._last[i]:  # a chart that nothing has changed is not sent again
                handle.update(thing)
                self._last[i] = thing

    def _box(self) -> widgets.VBox:
        row = []
        for name, action in self.buttons.items():
            button = widgets.Button(description=name)
            button.on_click(lambda _, action=action: action())
            row.append(button)
        return widgets.VBox([*self.controls.values(), widgets.HBox(row)])

    def _ipython_display_(self) -> None:
        bundle = dict(self._box()._repr_mimebundle_())
        publish_display_data({**bundle, "text/html": Prose(NEEDS_KERNEL)._repr_html_()})
        self._last = self.shown()
        made = [display(thing, display_id=True) for thing in self._last]
        self._handles = [handle for handle in made if handle is not None]


class Kept(Exhibit):
    """A chart next to controls: drawn when it is first shown, and never for a phone."""

    @functools.cached_property
    def _html(self) -> str:
        return super()._repr_html_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self._html, "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        return self._html


def _steady() -> Callable[[Exhibit | Prose], Exhibit | Prose]:
    """Return a function that gives a chart's axes the place that the first of its size gave them.

    A picture stays in its place under the hand, and a fixed layout is drawn in half the time.
    """
    layouts: dict[tuple[object, ...], list[Bbox]] = {}

    def kept(shown: Exhibit | Prose) -> Exhibit | Prose:
        if not isinstance(shown, Exhibit):
            return shown
        figure = shown.figure
        of = (shown.name, *figure.get_size_inches())
        if of not in layouts:
            figure.draw_without_rendering()
            layouts[of] = [axes.get_position() for axes in figure.axes]
        figure.set_layout_engine(None)
        for axes, place in zip(figure.axes, layouts[of], strict=True):
            axes.set_position(place)
        return Kept(**{**vars(shown), "phone": False})

    return kept


def _wide(label: str, width: str) -> dict[str, Any]:
    layout = widgets.Layout(width=width, max_width="100%")
    return {"style": {"description_width": label}, "layout": layout}


#: How wide the controls of a rate and of a what-if are.
RATE_WIDE, WHAT_IF_WIDE = ("11em", "38em"), ("29em", "56em")


def _choice(
    label: str, options: Iterable[tuple[str, Any]], value: Any, wide: tuple[str, str] = RATE_WIDE
) -> widgets.Dropdown:
    return widgets.Dropdown(description=label, options=list(options), value=value, **_wide(*wide))


@typed
def rate(
    force: str,
    as_of: str,
    *,
    margin: float = 0.10,
    comparator: str = "rest",
    denominator: str = "aged 10 and over",
    data: Data | None = None,
) -> Panel:
    """Return controls for the question of a force's rate; verdict, margin and funnel follow.

    The arguments are where the controls begin and where Reset puts them back.
    """
    f = data or load()
    check_margin(margin)
    one_of("comparator", comparator, f.comparators["comparator"])
    one_of("denominator", denominator, DENOMINATORS)
    iso = "{:%Y-%m-%d}".format
    labels = [(str(r["label"]), str(r["comparator"])) for _, r in f.comparators.iterrows()]
    controls = {
        "force": _choice("Force", [(name, name) for name in f.names], f.area(force)),
        "as_of": _choice("Date", [(numbers.day(d), iso(d)) for d in f.dates], iso(f.date(as_of))),
        "margin": widgets.FloatSlider(
            description="Margin that matters",
            value=margin,
            min=min(0.01, margin),
            max=max(0.50, margin),
            step=0.01,
            readout_format=".0%",
            **_wide(*RATE_WIDE),
        ),
        "comparator": _choice("Compared with", labels, comparator),
        "denominator": _choice("Per people", [(d, d) for d in DENOMINATORS], denominator),
    }

    funnels: dict[tuple[str, ...], Exhibit | Prose] = {}
    kept = _steady()

    def view(force: str, as_of: str, margin: float, **chosen: Any) -> Sequence[Any]:
        record = assess(f, force, as_of, margin=margin, **chosen)
        margins = margin_rows(record) if record.gap else rate_words.gap(record)
        settings = (force, as_of, *chosen.values())
        if settings not in funnels:  # the margin does not move it
            table = doors.placed(f.on(as_of, chosen["denominator"]))
            funnels[settings] = kept(funnel(record, table))
        return rate_words.sentence(record), kept(margins), funnels[settings]

    return Panel(controls, view)


@typed
def register(
    as_of: str,
    *,
    since: str,
    cohorts: str = "new",
    horizon: int = 10,
    data: Data | None = None,
    **settings: float | str,
) -> Panel:
    """Return controls for what-ifs on the register; sentence and picture follow.

    Parameters
    ----------
    as_of: date of the last figures used.
    since: month from which the change holds, written YYYY-MM; the control offers Aprils.
    cohorts: ``new`` or ``all``.
    horizon: years beyond *as_of*.
    settings: where controls begin, named as in :data:`mappa.register.answers.scenarios.SETTINGS`.

    Reset puts every control to the law and the numbers in force.
    """
    f = data or load()
    day = f.date(as_of)
    asked = settings or {"volume_percent": 0}
    scenarios.build(f, day, asked, since=since, horizon=horizon, draws=0)  # refuses what cannot be
    law = {name: _shown(value) for name, value in scenarios.in_force(f, day).items()}
    controls: dict[str, Any] = {
        s.name: _lever(s, law[s.name], settings.get(s.name, law[s.name]))
        for s in scenarios.SETTINGS
    }
    controls["since"] = _choice("From", _aprils(day, since), since, WHAT_IF_WIDE)
    everyone = [("those sentenced from then", "new"), ("everyone, from then on", "all")]
    controls["cohorts"] = _choice("For", everyone, cohorts, WHAT_IF_WIDE)

    kept = _steady()

    def view(since: str, cohorts: str, *, quick: bool = True, **values: Any) -> Sequence[Any]:
        moved = {name: values[name] for name in law if values[name] != law[name]}
        how: dict[str, Any] = {"draws": 0} if quick or not moved else {}
        who, supposed = (cohorts, moved) if moved else ("new", {"volume_percent": 0})
        record = scenarios.build(f, day, supposed, since=since, cohorts=who, horizon=horizon, **how)
        words = whatif_words.changed if quick else whatif_words.scenario
        text = words(record) if moved else whatif_words.NOTHING
        return text, kept(whatif_charts.scenario(record))

    slowly = functools.partial(view, quick=False)
    return Panel(controls, view, home=law, more=("Intervals", slowly))


def _shown(value: float) -> Any:
    return INDEFINITE if value == float("inf") else value


def _lever(setting: scenarios.Setting, law: Any, value: Any) -> Any:
    """Return the control of a setting: a slider, or choices where the law knows no end."""
    label = f"{capital(setting.meaning)} ({setting.unit})"
    if law == INDEFINITE:
        years = sorted({10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, value} - {law})
        return widgets.SelectionSlider(
            description=label,
            options=[*((f"{y:g}", y) for y in years), (INDEFINITE, INDEFINITE)],
            value=value,
            **_wide(*WHAT_IF_WIDE),
        )
    step = _STEP[setting.unit]
    return widgets.FloatSlider(
        description=label,
        value=value,
        min=min(max(setting.low, -_REACH[setting.unit]), value),
        max=max(min(setting.high, _REACH[setting.unit]), value, law),
        step=step,
        readout_format=".1f" if step < 1 else "+.0f" if setting.unit == "percent" else ".0f",
        **_wide(*WHAT_IF_WIDE),
    )


def _aprils(day: pd.Timestamp, since: str) -> list[tuple[str, str]]:
    """Return the Aprils of twenty years before *day* and the first after, with *since* itself."""
    months = {f"{year}-04" for year in range(day.year - 20, day.year + 1)} | {since}
    return [(m, m) for m in sorted(months)]

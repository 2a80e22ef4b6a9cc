"""Charts of England and Wales are the same on every force's page: drawn once and stored as shown.

``kept(charts.inputs, record)`` shows itself from the store where the same numbers were drawn
before by the same code, and is drawn as soon as anything else of it is asked for.
"""

import dataclasses
import functools
import json
from collections.abc import Callable
from typing import Any, cast

from mappa import records
from mappa.cache import Store
from mappa.data import places
from mappa.files import digest
from mappa.plot.exhibit import Exhibit
from mappa.versions import versions


class StoredExhibit:
    """An exhibit that is drawn only where it is not in the store; it has all that one has."""

    def __init__(self, draw: Callable[[], Exhibit], parts: list[str], made_by: str) -> None:
        self._draw, self._parts, self._made_by = draw, parts, made_by

    @functools.cached_property
    def drawn(self) -> Exhibit:
        """The exhibit itself."""
        return self._draw()

    def __getattr__(self, name: str) -> Any:
        # Only what is not found otherwise comes here: the fields of the drawn exhibit.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.drawn, name)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        store, code = Store(places.cache_folder() / "charts"), [self._made_by]
        bundle: dict[str, Any] = store.once(
            "chart", self._parts, lambda: self.drawn._repr_mimebundle_(), code=code
        )
        return bundle

    def _repr_html_(self) -> str:
        return str(self._repr_mimebundle_()["text/html"])

    def __repr__(self) -> str:
        return str(self._repr_mimebundle_()["text/plain"])


def kept(draw: Callable[..., Exhibit], record: Any, *more: Any, **without: Any) -> Exhibit:
    """Return the exhibit that *draw* makes of what it is given here, drawn only when it must be.

    Parameters
    ----------
    record: its numbers: a record, or a table whose rows have no names of their own.
    more: what else it is given: records, texts, tuples of them.
    without: fields of the record to blank, such as ``force=""``: the chart is drawn from the
        blanked record, so it can hold nothing that its key does not.
    """
    given = (dataclasses.replace(record, **without) if without else record, *more)
    text = json.dumps(records.plain(given), sort_keys=True)
    name = f"{draw.__module__}.{draw.__qualname__}"
    stored = StoredExhibit(lambda: draw(*given), [name, text, _drawn_by()], draw.__module__)
    return cast(Exhibit, stored)  # it has all that an exhibit has


@functools.cache
def _drawn_by() -> str:
    """Return a digest of the versions of the libraries that draw."""
    return digest([f"{name} {version}" for name, version in versions().items()])

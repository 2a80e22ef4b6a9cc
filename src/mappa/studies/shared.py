"""What the studies of every force share, computed in a process that others are forked from."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from mappa.data import Data, load
from mappa.errors import MappaError
from mappa.studies.growth import growth
from mappa.studies.rate import rate
from mappa.studies.register import register


def _growth(data: Data, as_of: str) -> Any:
    return growth(as_of=as_of, data=data)


def _rate(data: Data, as_of: str) -> Any:
    return rate(as_of=as_of, data=data).share()


def _register(data: Data, as_of: str) -> Any:
    return register(str(data.settings["default_force"]), as_of, data=data).share()


#: By the name of its module in :mod:`mappa.studies`.
STUDIES: dict[str, Callable[[Data, str], Any]] = {
    "growth": _growth,
    "rate": _rate,
    "register": _register,
}


def compute(as_of: str = "", names: Sequence[str] = tuple(STUDIES)) -> None:
    """Compute what does not depend on the force, so that a fork of this process finds it.

    Opening a study once is enough: fits between areas, the year's changes, the register's
    posterior and the kept tables are remembered under the digest of the tables, and found again
    only while no file has changed. Nothing is drawn.

    Parameters
    ----------
    as_of: date of the stock, by default the study's.
    names: the studies to be shared; others are passed over.
    """
    data = load()
    for name in names:
        with contextlib.suppress(MappaError):  # the study itself will say what it lacks
            if name in STUDIES:
                STUDIES[name](data, as_of)

"""What the studies of every force share, computed in a process that others are forked from."""

from __future__ import annotations

import contextlib

from mappa.data import Data
from mappa.errors import MappaError
from mappa.studies.growth import growth


def compute(data: Data, as_of: str) -> None:
    """Open each study once: what does not depend on the force is remembered, nothing is drawn."""
    with contextlib.suppress(MappaError):  # the notebook itself will say what it lacks
        growth(as_of=as_of, data=data)

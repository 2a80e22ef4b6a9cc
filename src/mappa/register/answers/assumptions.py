"""The assumptions log's sensitivities, remade from the posterior after each fit.

Everything else in the log (statements, ranges, grades) is written by hand and stays as it is.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from mappa.errors import DataError
from mappa.files import write_atomically
from mappa.register.answers.sensitivity import sensitivities
from mappa.register.inference import columns
from mappa.register.inference.draws import Posterior
from mappa.register.inputs.model_tables import ASSUMPTIONS

FIXED = "not varied: fixed in the model; its range is what would still be held reasonable"
#: Assumptions that are no parameter: what the model is run without, and how that is told.
SWITCHED = {
    "custody_counts": ("paused", "terms paused in custody"),
    "orders_and_timing": ("no_orders", "no one stayed on"),
}


def remake(path: Path, p: Posterior) -> Path:
    """Write the log at *path* anew with the sensitivities of *p* and return the path.

    Raises
    ------
    DataError: the log is missing, or lacks its columns id and sensitivity.
    """
    if not path.is_file():
        raise DataError(f"{path.name} is missing: the register model's assumptions stand there.")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    if not rows or not {"id", "sensitivity"} <= set(rows[0]):
        raise DataError(f"{path.name} needs rows with the columns id and sensitivity.")
    texts = sentences(p)
    for row in rows:
        row["sensitivity"] = texts.get(row["id"], row["sensitivity"])
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return write_atomically(path, stream.getvalue())


def log_of(folder: Path) -> Path:
    """Return where the log stands in a data folder."""
    return folder / f"{ASSUMPTIONS}.csv"


def sentences(p: Posterior) -> dict[str, str]:
    """Return the sensitivity of each assumption that the posterior can tell of, by its id."""
    told = dict.fromkeys(p.density.model.priors.fixed, FIXED)
    for s in sensitivities(p):
        told[s.parameter] = (
            f"{_signed(s.growth)} people of the year's growth and {_signed(s.stock)} of the stock "
            f"from the low to the high end; {100 * s.share:.0f}% of the growth's variance goes "
            "with it"
        )
    growth = p.shown[columns.NET].to_numpy(dtype=float)
    for name, (run, condition) in SWITCHED.items():
        # Medians first, as the page that shows both growths does.
        change = float(
            np.median(p.shown[columns.assumption(run, columns.GROWTH)]) - np.median(growth)
        )
        told[name] = (
            f"{_signed(change)} people of the year's growth if {condition} (median, without a "
            "new fit)"
        )
    return told


def _signed(people: float) -> str:
    whole = round(people)
    return f"{whole:+d}" if whole else "0"

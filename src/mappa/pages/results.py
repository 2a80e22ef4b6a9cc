"""Results beside the pages: CSV and JSON of all areas, and the schema that documents them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mappa.files import json_text
from mappa.pages.summary import AreaResult, schema
from mappa.plot.exhibit import safe_csv


def files(lines: Sequence[AreaResult]) -> dict[str, str]:
    """Return the files of the results, by address."""
    rows = [line.as_dict() for line in lines]
    return {
        "results/areas.csv": safe_csv(pd.DataFrame(rows)),
        "results/areas.json": json_text(rows),
        "results/schema.json": json_text(schema()),
    }

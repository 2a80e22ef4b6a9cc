"""About this page: what it was made from. No date of the run, so that a rebuild is the same."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mappa.data import load
from mappa.versions import versions
from mappa.words.tables import table_html


def section(parameters: Mapping[str, Any], *, heading: bool = True) -> str:
    """Return the section as HTML: settings, digest and date of the data, versions."""
    data = load()
    latest = max(data.area_figures["date"].max(), data.national("rso_count").index.max())
    rows = [(name, str(value) or "not set") for name, value in parameters.items()]
    settings = pd.DataFrame(rows, columns=["Setting", "Value"])
    table = table_html(settings, "Settings of this page") if rows else ""
    made = ", ".join(f"{name} {version}" for name, version in versions().items())
    title = '<h2 id="about-this-page">About this page</h2>' if heading else ""
    return (
        f"{title}{table}<dl><dt>Data</dt><dd>Latest figure of {latest:%Y-%m-%d}; SHA-256 of the "
        f"tables <code>{html.escape(data.digest[:16])}</code></dd>"
        f"<dt>Made with</dt><dd>{html.escape(made)}</dd></dl>"
    )

"""The words of a method's rows: what a reader is shown beside their numbers."""

from __future__ import annotations

from mappa.rates.methods.rows import MethodRow


def words(*rows: MethodRow) -> str:
    """Return what each row says of itself: statistic, method, source and note, a line each."""
    return "\n\n".join(
        "\n".join(text for text in (row.statistic, row.method, row.source, row.note) if text)
        for row in rows
    )

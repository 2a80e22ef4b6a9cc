"""Charts: records turned into exhibits (figure, headline, alt text, source line, data)."""

from mappa.charts.exhibit import Exhibit
from mappa.charts.style import PALETTE, canvas

__all__ = ["PALETTE", "Exhibit", "canvas"]

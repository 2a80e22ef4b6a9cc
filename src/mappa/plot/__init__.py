"""Charts: records turned into exhibits (figure, headline, alt text, source line, data)."""

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import PALETTE, canvas

__all__ = ["PALETTE", "Exhibit", "canvas"]

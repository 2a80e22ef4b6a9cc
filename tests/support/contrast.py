"""Contrast of colours by the Web Content Accessibility Guidelines 2.2 (relative luminance)."""

from __future__ import annotations


def luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb``."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str, ground: str = "#ffffff") -> float:
    """Return the contrast of a colour with its ground, 1 to 21."""
    light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)

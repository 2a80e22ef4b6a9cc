"""Prose: a paragraph that a notebook, a command and a page show alike."""

from __future__ import annotations

import html
import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>$~])")


def escape(text: str) -> str:
    """Return *text* so that Markdown shows it as it is: names and notes are never markup."""
    return _MARKDOWN.sub(r"\\\1", text)


def capital(text: str) -> str:
    """Return *text* with a capital at its beginning."""
    return text[:1].upper() + text[1:]


class Prose(str):
    """Sentences as plain text. A notebook shows them as a paragraph, escaped."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        paragraphs = [p for p in self.split("\n\n") if p.strip()]
        return "\n".join(f'<p class="mappa-prose">{html.escape(p)}</p>' for p in paragraphs)

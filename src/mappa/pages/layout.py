"""The frame of every page: title, skip link, menu, contents, status notice, attribution."""

import base64
import functools
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import jinja2
from markupsafe import Markup

from mappa.data import load

HERE = Path(__file__).resolve().parent
STUDY = "Growth, rate, register"
NOTICE = "An independent study of published figures. Its data, sources and code are open."
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Figures read in newspapers, in Hansard and in replies to requests for information are "
    "named as such, each with its source."
)
#: Corrections of figures that were published before, the newest first, each with its date.
CORRECTIONS = (
    "26 November 2026: what the growth of the register is made of now adds up; version 1.1.0 left "
    "two of its parts out.",
    "26 November 2026: growth in Thames Valley in 2019/20 is shown with its doubt, since the "
    "count of the year before is probably too low.",
    "26 November 2026: one rule says whether a rate is unusual. By it Hertfordshire and London "
    "are, in March 2020; version 1.1.0 gave two answers.",
    "26 November 2026: changes printed for March 2019 in Dyfed-Powys, South Wales and West "
    "Midlands are of level 1 alone; version 1.1.0 read them as of all levels.",
)
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#12436D" '
    'd="M0 0h7v7H0zM9 9h7v7H9z"/><path fill="#28A197" d="M9 0h7v7H9zM0 9h7v7H0z"/></svg>'
)
_PICTURES = "img-src data:"
_HEADING = re.compile(r"<h([1-6])\b([^>]*)>(.*?)</h\1>", re.S)
_TAG = re.compile(r"<[^>]+>")
_DATE_HEAD = re.compile(r'<th scope="row">(\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d\d-\d\d)</th>')
_ID = re.compile(r'(<[^<>]*?\sid=")([^"]*)(")')


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates, which escape everything that is not said to be markup."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def filled(template: str, **context: Any) -> str:
    """Return a template filled in; all that is not said to be markup is escaped."""
    return environment().get_template(template).render(**context)


def json_data(value: Any) -> Markup:
    """Return *value* as JSON that may be inside HTML."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Markup(text.replace("<", "\\u003c"))


@functools.cache
def stylesheet() -> Markup:
    """Return the style without comments and needless space."""
    text = (HERE / "static" / "mappa.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    return Markup(re.sub(r" ?([{};,]) ?", r"\1", text).replace(": ", ":").strip())


def script(*names: str) -> Markup:
    """Return the named scripts of the static folder as one text; no page needs them to be read."""
    texts = ((HERE / "static" / f"{n}.js").read_text(encoding="utf-8") for n in names)
    return Markup("\n".join(text.strip() for text in texts))


def policy(code: str) -> str:
    """Return a content security policy: nothing is fetched and only our own *code* runs."""
    run = "'none'"
    if code:
        run = f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
    return (
        f"default-src 'none'; {_PICTURES}; style-src 'unsafe-inline'; script-src {run}; "
        "base-uri 'none'; form-action 'none'"
    )


def of_the_web(address: str) -> str:
    """Return an address that a link may have, or nothing where it is not one of the web."""
    return address if address.startswith(("https://", "http://")) else ""


def text_of(fragment: str) -> str:
    """Return the text of an HTML fragment."""
    return " ".join(html.unescape(_TAG.sub(" ", fragment)).split())


def anchor(text: str) -> str:
    """Return a heading's text as an id: lower case letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "part"


def settle_headings(fragment: str, *, first: int = 1, only_one: bool = True) -> str:
    """Return *fragment* with headings that begin at level *first* and never skip a level.

    With *only_one* the first heading alone is of level *first*, as a page's title is. Each heading
    gets an id from its text.
    """
    previous, begun = first - 1, False
    shift: int | None = None

    def settle(match: re.Match[str]) -> str:
        nonlocal previous, shift, begun
        level = int(match[1])
        shift = first - level if shift is None else shift
        lowest = first + 1 if begun and only_one else first
        level = min(max(level + shift, lowest), previous + 1, 6)
        previous, begun = level, True
        return f'<h{level} id="{anchor(text_of(match[3]))}">{match[3]}</h{level}>'

    return _HEADING.sub(settle, fragment)


def unique_ids(fragment: str) -> str:
    """Return *fragment* with every id once: a repeated one gets a number."""
    seen: dict[str, int] = {}

    def once(match: re.Match[str]) -> str:
        name = match[2]
        seen[name] = seen.get(name, 0) + 1
        ending = "" if seen[name] == 1 else f"-{seen[name]}"
        return f"{match[1]}{name}{ending}{match[3]}"

    return _ID.sub(once, fragment)


def contents(fragment: str) -> list[dict[str, Any]]:
    """Return the headings of levels 2 and 3 as a nested list (id, text, parts)."""
    parts: list[dict[str, Any]] = []
    for level, attributes, inner in _HEADING.findall(fragment):
        named = re.search(r'id="([^"]+)"', attributes)
        if level not in "23" or not named:
            continue
        entry: dict[str, Any] = {"id": named[1], "text": text_of(inner), "parts": []}
        if level == "3" and parts:
            parts[-1]["parts"].append(entry)
        else:
            parts.append(entry)
    return parts


class Frame(TypedDict, total=False):
    """What a page has around its text: entries have ``text`` and ``href``, escaped here."""

    menu: Sequence[Mapping[str, str | bool]]
    home: str
    crumbs: Sequence[Mapping[str, str]]
    pager: Sequence[Mapping[str, str]]
    links: Sequence[Mapping[str, str]]


_BARE: Frame = {"menu": (), "home": "", "crumbs": (), "pager": (), "links": ()}


def page(
    title: str,
    body: str,
    frame: Frame | None = None,
    *,
    description: str = "",
    scripts: Sequence[str] = (),
    wide: bool = False,
) -> str:
    """Return a complete page around *body*, HTML with one ``<h1>``.

    Parameters
    ----------
    title: equal in sense to the heading. body: what is not markup must be escaped already.
    scripts: names of files in ``static/``; a page can be read without them.
    wide: whether the contents list is above the text, to leave it the full width.
    """
    body = unique_ids(_DATE_HEAD.sub(r'<th scope="row" class="date">\1</th>', body))
    code = script(*scripts)
    return filled(
        "page.html.j2",
        title=title,
        study=STUDY,
        description=description or title,
        notice=NOTICE,
        attribution=ATTRIBUTION,
        corrections=CORRECTIONS,
        repository=str(load().settings.get("repository", "")).rstrip("/"),
        css=stylesheet(),
        policy=policy(code),
        icon="data:image/svg+xml;base64," + base64.b64encode(_ICON.encode()).decode(),
        body=Markup(body),
        script=code,
        contents=contents(body),
        wide=wide,
        **(_BARE | (frame or {})),
    )

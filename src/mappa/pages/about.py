"""About this page: what it was made from. No date of the run, so that a rebuild is the same."""

from __future__ import annotations

import dataclasses
import functools
import html
import platform
from importlib import metadata
from typing import Any

from nbformat import NotebookNode

from mappa import __version__
from mappa.pages import cells

#: Packages whose version can change a number or a drawing.
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib", "seaborn", "nbconvert")


@dataclasses.dataclass(frozen=True)
class About:
    """What a page was made from: parameters, digest and date of the data, versions, source."""

    parameters: dict[str, Any]
    digest: str
    latest: str
    versions: dict[str, str]


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of this package, of Python and of what computes and draws."""
    found = {"mappa": __version__, "Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def of_data(parameters: dict[str, Any]) -> About:
    """Return what a page for *parameters* is made from, with the tables in use."""
    from mappa.data import load

    data = load()
    latest = max(data.area_figures["date"].max(), data.national_figures["date"].max())
    return About(parameters, data.digest, f"{latest:%Y-%m-%d}", versions())


def of_notebook(nb: NotebookNode) -> About:
    """Return what an executed notebook was made from."""
    return of_data(cells.parameters(nb))


def section(about: About, *, level: int = 2) -> str:
    """Return the section as HTML."""
    esc = html.escape
    rows = [(name, str(value) or "not set") for name, value in about.parameters.items()]
    settings = "".join(
        f'<tr><th scope="row"><code>{esc(k)}</code></th><td>{esc(v)}</td></tr>' for k, v in rows
    )
    table = (
        '<div class="mappa-table" role="region" aria-label="Settings of this page" tabindex="0">'
        "<table><caption>Settings of this page</caption><thead><tr>"
        '<th scope="col">Setting</th><th scope="col">Value</th></tr></thead>'
        f"<tbody>{settings}</tbody></table></div>"
        if rows
        else ""
    )
    made = ", ".join(f"{esc(k)} {esc(v)}" for k, v in about.versions.items())
    return (
        f'<h{level} id="about-this-page">About this page</h{level}>{table}'
        f"<dl><dt>Data</dt><dd>Latest figure of {esc(about.latest)}; SHA-256 of the tables "
        f"<code>{esc(about.digest[:16])}</code></dd><dt>Made with</dt><dd>{made}</dd>"
        "<dt>Source</dt><dd>The tables of the study, each row with its own source; no figure is "
        "estimated unless it is called an estimate.</dd></dl>"
    )

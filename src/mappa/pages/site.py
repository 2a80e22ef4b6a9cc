"""The site: every page and file, built next to the old one and put in its place at once."""

import dataclasses
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from mappa.data import Data
from mappa.errors import OutputError, UsageError
from mappa.files import fixed_zip, json_text, write_atomically
from mappa.pages import force, index, layout, pairs, shared, summary, what_if
from mappa.pages.shared import Frames
from mappa.words import numbers

MANIFEST = "site.json"
#: Endings of the files of a report that the site takes as they are.
FILES = {".ipynb", ".csv", ".png", ".svg", ".xlsx"}


@dataclasses.dataclass(frozen=True)
class Changes:
    """Addresses that are new, changed or gone since the last build, and how many are the same."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    same: int

    @property
    def none(self) -> bool:
        """Whether every file is what it was."""
        return not (self.added or self.changed or self.removed)


def build(
    data: Data, reports: Path, *, also: Sequence[Path] = (), light: bool = False
) -> dict[str, bytes]:
    """Return every file of the site by address, the same bytes for the same input.

    Parameters
    ----------
    data: the tables.
    reports: the folder into which `mappa report` wrote.
    also: folders of reports of other dates. Each is a complete site in a folder named by its date,
        and the menu of every page leads to the other dates.
    light: whether to leave the executed notebooks out.

    Raises
    ------
    OutputError: there is no report. DataError: reports differ in their settings or are out of date.
    UsageError: two folders are of one date.
    """
    sites: dict[str, tuple[Path, list[summary.Report], list[summary.AreaResult]]] = {}
    for folder in (reports, *also):
        found = summary.find_reports(folder, data)
        lines = summary.summarise(data, found)
        day = lines[0].as_of
        if day in sites:
            raise UsageError(f"{folder} and {sites[day][0]} are both of {day}: name one of them.")
        sites[day] = folder, found, lines
    made: dict[str, bytes] = {}
    roots = {day: f"{day}/" if number else "" for number, day in enumerate(sites)}
    for day, (folder, found, lines) in sites.items():
        others = [(numbers.day(d), root) for d, root in roots.items() if d != day]
        frames = Frames.of(data, others, "../" if roots[day] else "")
        address = str(data.settings.get("site_address", "")).rstrip("/")
        placed = {"site_address": f"{address}/{roots[day]}".rstrip("/")} if address else {}
        here = dataclasses.replace(data, settings=data.settings | placed)
        files = _files(here, folder, found, lines, frames, light=light)
        made |= {roots[day] + a: c.encode() if isinstance(c, str) else c for a, c in files.items()}
    listing = {a: hashlib.sha256(made[a]).hexdigest() for a in sorted(made)}
    made[MANIFEST] = json_text({"digest": data.digest, "files": listing}).encode()
    return dict(sorted(made.items()))


def _files(
    data: Data,
    reports: Path,
    found: list[summary.Report],
    lines: list[summary.AreaResult],
    frames: Frames,
    *,
    light: bool,
) -> dict[str, str | bytes]:
    """Return the files of one date by their address from its root."""
    every = summary.every_area(reports)
    compared = pairs.render(data, lines[0].as_of, frames) if summary.enough(lines) else {}
    files: dict[str, str | bytes] = {
        "index.html": index.render(data, lines, frames, next(iter(compared), "")),
        "methods.html": shared.page(data, frames, "methods.html", "Methods"),
        "about.html": shared.about(data, lines, frames),
    }
    title = "Accessibility statement"
    files["accessibility.html"] = shared.page(data, frames, "accessibility.html", title)
    files |= force.national(data, lines, frames, found[0].folder, every)
    files |= summary.files(lines) | what_if.render(data, frames)
    files |= compared
    known = pairs.areas(data, lines[0].as_of) if compared else ()
    tables = sorted(p for p in data.folder.rglob("*") if p.is_file() and p.name[0] != ".")
    files["results/tables.zip"] = fixed_zip(
        {p.relative_to(data.folder).as_posix(): p.read_bytes() for p in tables}
    )
    for number in range(len(found)):
        files |= _force_pages(data, found, number, frames, known)
    if every:
        pages = force.render_pages(every, data, lambda name: frames.every_area())
        files |= {f"{every.name}/{name}": c for name, c in (pages | _beside(every)).items()}
    if light:
        files = {a: c for a, c in files.items() if not a.endswith(".ipynb")}
    files["data.html"] = shared.data(data, frames, sorted(files))
    return files


def _pager(found: list[summary.Report], number: int) -> list[dict[str, str]]:
    """Return the links to the areas before and after."""
    pager = []
    for at, rel, word in ((number - 1, "prev", "Previous"), (number + 1, "next", "Next")):
        if 0 <= at < len(found):
            href = f"../{found[at].folder.name}/index.html"
            pager.append({"rel": rel, "text": f"{word}: {found[at].area}", "href": href})
    return pager


def _force_pages(
    data: Data, found: list[summary.Report], number: int, frames: Frames, known: Collection[str]
) -> dict[str, str | bytes]:
    """Return what the site holds of one area: its pages, and the files of its report."""
    report = found[number]

    def frame(notebook: str) -> layout.Frame:
        made = frames.force(report.area, notebook)
        if not notebook:
            made["pager"] = _pager(found, number)
        return made

    more = pairs.link(data, report.area, known)
    pages = force.render_pages(report.folder, data, frame, more=more, files=False)
    beside = _beside(report.folder)
    return {f"forces/{report.folder.name}/{name}": c for name, c in (pages | beside).items()}


def _beside(folder: Path) -> dict[str, bytes]:
    """Return the files of a report that the site takes as they are: notebooks, results, charts."""
    return {
        p.name: p.read_bytes()
        for p in sorted(folder.iterdir())
        if p.suffix in FILES or p.name == "results.json"
    }


def compare_builds(old: Mapping[str, str], new: Mapping[str, str]) -> Changes:
    """Return what differs between two listings of addresses and digests."""
    both = set(old) & set(new)
    changed = sorted(a for a in both if old[a] != new[a])
    return Changes(
        added=tuple(sorted(set(new) - set(old))),
        changed=tuple(changed),
        removed=tuple(sorted(set(old) - set(new))),
        same=len(both) - len(changed),
    )


def listing_of(manifest: bytes | None) -> dict[str, str]:
    """Return the listing in a manifest; empty where there is none that can be read."""
    try:
        found = json.loads(manifest or b"{}").get("files", {})
        return {str(k): str(v) for k, v in found.items()}
    except (ValueError, AttributeError):
        return {}


def write_folder(files: Mapping[str, bytes], out: Path) -> Changes:
    """Write the site into *out*, in place of an earlier site, complete or not at all.

    Raises
    ------
    UsageError: *out* holds something that is not a site of ours: it is left alone.
    OutputError: the folder cannot be written; an earlier site is left as it was.
    """
    old = None
    if out.exists():
        if not out.is_dir():
            raise UsageError(f"{out} is a file, not a folder: name another with --out.")
        manifest = out / MANIFEST
        old = manifest.read_bytes() if manifest.is_file() else None
        if old is None and any(out.iterdir()):
            raise UsageError(
                f"{out} holds files that are no site of ours: empty it, or name another with --out."
            )
    changes = compare_builds(listing_of(old), listing_of(files[MANIFEST]))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as scratch:
            fresh = Path(scratch) / "new"
            for address, content in files.items():
                target = fresh / address
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            if out.exists():
                out.rename(Path(scratch) / "old")
            fresh.rename(out)
    except OSError as error:
        raise OutputError(
            f"Cannot write {out}: {error.strerror or error}. Choose a folder that can be written."
        ) from error
    return changes


def write_zip(files: Mapping[str, bytes], path: Path) -> Changes:
    """Write the site as a zip file, the same bytes for the same site."""
    old = None
    if path.exists():
        try:
            with zipfile.ZipFile(path) as archive:
                old = archive.read(MANIFEST)
        except (OSError, KeyError, zipfile.BadZipFile):
            ours = f"{path} is no site of ours: remove it, or name another file."
            raise UsageError(ours) from None
    write_atomically(path, fixed_zip(files))
    return compare_builds(listing_of(old), listing_of(files[MANIFEST]))


def told(changes: Changes, files: Mapping[str, bytes], where: Path) -> list[str]:
    """Return the lines that the command prints."""
    written = sum(len(c) for c in files.values())
    size = (where.stat().st_size if where.is_file() else written) / 1e6
    pages = sum(a.endswith(".html") for a in files)
    lines = [f"{pages} pages, {len(files)} files, {size:.1f} MB in {where}"]
    if changes.none:
        return [*lines, "Nothing has changed since the last build."]
    if not changes.same and not changes.changed and not changes.removed:
        return [*lines, "There was no earlier build."]
    by = {"changed": changes.changed, "new": changes.added, "gone": changes.removed}
    for word, names in by.items():
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        if names:
            lines.append(f"{len(names)} {word}: {shown}")
    return [*lines, f"{changes.same} the same."]

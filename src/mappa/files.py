"""Atomic writing and digests, used at the output end."""

import contextlib
import csv
import hashlib
import io
import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mappa.errors import OutputError


def write_atomically(path: Path | str, content: str | bytes) -> Path:
    """Write *content* to *path* so that a reader sees the old file or the complete new one.

    Raises OutputError, and leaves nothing behind, where the folder cannot be made or written or the
    disk is full.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
        try:
            with made.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            made.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                made.unlink()
            raise
    except OSError as error:
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "a file is where a folder is needed" if blocked else error.strerror
        raise OutputError(
            f"Cannot write {target}: {reason or error}. Choose a folder that can be written."
        ) from error
    return target


def digest(parts: Iterable[bytes | str]) -> str:
    """Return the SHA-256 (hex) of *parts* in order, each with its length, so none can run over."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8") if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "big"))
        sha.update(data)
    return sha.hexdigest()


def digest_files(paths: Iterable[Path], root: Path) -> str:
    """Return one digest of the names (relative to *root*) and contents of *paths*."""
    parts: list[bytes | str] = []
    for path in sorted(paths):
        parts += [path.relative_to(root).as_posix(), path.read_bytes()]
    return digest(parts)


def json_text(value: Any) -> str:
    """Return *value* as the JSON of a file: indented, keys in their order, a last line end."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as CSV whose cells no spreadsheet takes for a formula; None is an empty cell.

    A text that begins with ``= + - @``, a tab or a carriage return gets a leading apostrophe
    (OWASP, "CSV Injection"); numbers are left as they are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(
            "'" + cell if isinstance(cell, str) and cell[:1] in set("=+-@\t\r") else cell
            for cell in row
        )
    return out.getvalue()


def fixed_zip(files: Mapping[str, bytes]) -> bytes:
    """Return *files* by name as a zip without times: the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, content)
    return stream.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """Return the files in a zip by name, in its order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

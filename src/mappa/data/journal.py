"""Change several tables as one: what is to be written is written down first.

A command that is killed between two tables leaves the journal behind, and the next start finishes
what it says before it reads a single table. So no start ever sees some tables new and some old.
"""

import contextlib
import json
from pathlib import Path

from mappa.errors import MappaError, OutputError
from mappa.files import write_atomically

NAME = ".pending.json"


def change(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write *texts* (name of a table to its CSV) into *folder*, all or none; return the files.

    Raises OutputError where a file cannot be written; those already written are put back.
    """
    before = {n: (folder / f"{n}.csv").read_bytes() for n in texts}
    journal = write_atomically(folder / NAME, json.dumps(texts))
    written: list[str] = []
    try:
        for name, text in texts.items():
            write_atomically(folder / f"{name}.csv", text)
            written.append(name)
    except (OSError, MappaError) as error:
        for name in reversed(written):
            write_atomically(folder / f"{name}.csv", before[name])
        journal.unlink()
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"Cannot change the tables in {folder}: {error}.") from error
    journal.unlink()
    return [folder / f"{n}.csv" for n in written]


def finish(folder: Path) -> None:
    """Finish a change that was broken off, if there is one; two starts may do so at once."""
    journal = folder / NAME
    with contextlib.suppress(FileNotFoundError):
        for name, text in json.loads(journal.read_text(encoding="utf-8")).items():
            write_atomically(folder / f"{name}.csv", text)
        journal.unlink()

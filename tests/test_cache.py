"""The store: computed once by what it follows from, also by several at once."""

from __future__ import annotations

import errno
import functools
import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mappa.cache import Store, code_digest, code_reached
from mappa.data import places
from mappa.files import write_atomically


def test_computes_once_and_returns_the_same_from_memory_and_from_disk(tmp_path: Path) -> None:
    calls: list[int] = []

    def compute() -> dict[object, object]:
        calls.append(1)
        return {"x": (0.1 + 0.2, None), 3: "é"}

    first = Store(tmp_path).once("fit", ["a", b"b"], compute)
    again = Store(tmp_path).once("fit", ["a", b"b"], compute)
    assert first == again == {"x": [0.30000000000000004, None], "3": "é"} and len(calls) == 1
    Store(tmp_path).once("fit", ["a", b"c"], compute)
    Store(tmp_path).once("fit", ["ab", b""], compute)
    assert len(calls) == 3


def test_a_change_of_code_that_is_imported_computes_anew_and_of_other_code_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "mappa"
    sources = {
        "model/__init__.py": "from mappa.model.fit import run",
        "model/fit.py": "def run():\n    from mappa import law\n    return law.YEARS",
        "law.py": "YEARS = 1",
        "words.py": "from mappa.model import run",
    }
    for name, text in sources.items():
        write_atomically(package / name, text)
    monkeypatch.setattr("mappa.cache._PACKAGE", package)
    calls: list[int] = []

    def compute() -> None:
        calls.append(1)

    compute.__module__ = "mappa.model"
    store = Store(tmp_path / "store")
    for name in ("", "words.py", "law.py", "model/fit.py", "model/__init__.py"):
        if name:
            write_atomically(package / name, sources[name] + "\n# changed")
        for _ in range(2):
            store.once("x", [], compute)
    assert len(calls) == 4  # at first, and for each change of what it imports
    write_atomically(package / "law.py", sources["law.py"].encode() + b"\r\n# changed")
    store.once("x", [], compute)
    store.once("x", [], compute, code=["mappa.words"])
    assert len(calls) == 5  # line ends do not count; more code does


def test_no_model_depends_on_a_sentence_a_chart_or_a_page() -> None:
    for module in ("mappa.register.inference.fit", "mappa.growth.estimates", "mappa.rates.assess"):
        assert not {name.split(".")[1] for name in code_reached(module)} & {
            "words", "plot", "explore", "pages", "runs", "commands"
        }  # fmt: skip
    reached = set(code_reached("mappa.register.inference.fit"))
    assert {
        "mappa.register.law.terms",
        "mappa.data.load",
        "mappa.register.stockflow.stock",
    } <= reached
    assert code_digest("mappa.growth.model") != code_digest("mappa.growth.trends")
    assert code_digest("numpy", "__main__", "mappa.nowhere") == code_digest()


def test_keeps_arrays_to_the_last_bit_and_refuses_objects(tmp_path: Path) -> None:
    store = Store(tmp_path)
    wanted = {"a": np.random.default_rng(1).normal(size=(3, 4)), "b": np.arange(3)}
    for _ in range(2):
        found = store.once_arrays("draws", ["1"], lambda: wanted)
        assert all(np.array_equal(found[k], wanted[k]) for k in wanted) and set(found) == {"a", "b"}
    with pytest.raises(ValueError, match="allow_pickle"):
        store.once_arrays("objects", ["1"], lambda: {"a": np.array([{}], dtype=object)})


def test_a_spoilt_file_is_computed_anew(tmp_path: Path) -> None:
    """Cut, emptied, or changed anywhere by a bit or a digit that is as good a number."""
    store = Store(tmp_path)
    ask: dict[str, Callable[[], object]] = {
        ".json": lambda: store.once("x", [], lambda: [1234.5]),
        ".npz": lambda: store.once_arrays("x", [], lambda: {"a": np.ones(1)}),
    }
    for suffix, once in ask.items():
        right = once()
        (stored,) = tmp_path.glob(f"*{suffix}")
        sound = stored.read_bytes()
        flipped = [sound[:i] + bytes([sound[i] ^ 1]) + sound[i + 1 :] for i in range(len(sound))]
        for junk in (b"", sound[:-1], sound[65:], b"PK\x03\x04 junk", *flipped[::7]):
            stored.write_bytes(junk)
            assert once() == right and stored.read_bytes() == sound
        stored.write_bytes(sound.replace(b"1234.5", b"1243.5"))
        assert once() == right


def test_a_result_is_not_believed_under_another_name(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert [store.once("x", [part], functools.partial(str, part)) for part in "ab"] == ["a", "b"]
    one, other = sorted(tmp_path.glob("*.json"))
    one.write_bytes(other.read_bytes())
    assert [store.once("x", [part], functools.partial(str, part)) for part in "ab"] == ["a", "b"]


def test_without_a_folder_it_computes_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "below")
    assert [store.once("x", [], lambda: 1) for _ in range(2)] == [1, 1]


def test_a_full_disk_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert [Store(tmp_path).once("x", [], lambda: 1) for _ in range(2)] == [1, 1]
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".lock"]


def _slow(folder: Path, log: Path) -> None:
    def compute() -> int:
        with log.open("a") as stream:
            stream.write("x")
        time.sleep(0.3)
        return 1

    Store(folder).once("x", [], compute)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its processes")
def test_several_processes_that_ask_at_once_compute_it_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("fork")
    asking = [context.Process(target=_slow, args=(tmp_path / "s", log)) for _ in range(4)]
    for process in asking:
        process.start()
    for process in asking:
        process.join(20)
    assert log.read_text() == "x"


def test_the_digest_of_the_tables_sees_every_change_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mappa.runs import state

    monkeypatch.setenv("MAPPA_DATA", str(tmp_path))
    table = tmp_path / "a.csv"
    found = [state.data_digest()]
    for text in ("1", "2", "33"):
        table.write_text(text)
        found.append(state.data_digest())
    assert len(set(found)) == 4
    (tmp_path / ".hidden").write_text("passing")
    (tmp_path / "nowhere.csv").symlink_to(tmp_path / "none")
    assert state.data_digest() == found[-1]
    table.unlink()
    assert state.data_digest() == found[0]


def test_the_cache_lies_in_the_first_folder_that_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAPPA_CACHE", raising=False)
    monkeypatch.setattr(places, "_CLONE", tmp_path / "wheel")  # no clone
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert places.cache_folder() == tmp_path / "home" / "mappa"
    (tmp_path / "home").write_text("in the way")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert places.cache_folder() == tmp_path / "mappa-cache"
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path / "named"))
    assert places.cache_folder() == tmp_path / "named"

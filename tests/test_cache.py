"""The store: computed once by what it follows from, also by several at once."""

import multiprocessing
import time
from pathlib import Path

import numpy as np
import pytest

from mappa.cache import Store, source_digest


def test_computes_once_and_returns_the_same_from_memory_and_from_disk(tmp_path):
    calls = []

    def compute():
        calls.append(1)
        return {"x": (0.1 + 0.2, None), 3: "é"}

    first = Store(tmp_path).once("fit", ["a", b"b"], compute)
    again = Store(tmp_path).once("fit", ["a", b"b"], compute)
    assert first == again == {"x": [0.30000000000000004, None], "3": "é"} and len(calls) == 1
    Store(tmp_path).once("fit", ["a", b"c"], compute)
    Store(tmp_path).once("fit", ["ab", b""], compute)
    assert len(calls) == 3


def test_a_change_of_the_code_computes_anew(tmp_path, monkeypatch):
    import mappa.files as code

    calls = []
    store = Store(tmp_path / "store")
    store.once("x", [], lambda: calls.append(1), code=[code])
    changed = tmp_path / "files.py"
    changed.write_text(Path(code.__file__).read_text() + "\n# changed\n")
    monkeypatch.setattr(code, "__file__", str(changed))
    store.once("x", [], lambda: calls.append(1), code=[code])
    assert len(calls) == 2
    import mappa.runs

    assert len(source_digest(mappa.runs)) == 64  # a package: all its files


def test_keeps_arrays_to_the_last_bit_and_refuses_objects(tmp_path):
    store = Store(tmp_path)
    wanted = {"a": np.random.default_rng(1).normal(size=(3, 4)), "b": np.arange(3)}
    for _ in range(2):
        found = store.once_arrays("draws", ["1"], lambda: wanted)
        assert all(np.array_equal(found[k], wanted[k]) for k in wanted) and set(found) == {"a", "b"}
    with pytest.raises(ValueError, match="allow_pickle"):
        store.once_arrays("objects", ["1"], lambda: {"a": np.array([{}], dtype=object)})


@pytest.mark.parametrize("junk", [b"", b"{", b"PK\x03\x04 junk"])
def test_a_spoilt_file_is_computed_anew(tmp_path, junk):
    store = Store(tmp_path)
    for path, ask in [
        (".json", lambda: store.once("x", [], lambda: [1])),
        (".npz", lambda: store.once_arrays("x", [], lambda: {"a": np.ones(1)})),
    ]:
        ask()
        (stored,) = tmp_path.glob(f"*{path}")
        stored.write_bytes(junk)
        assert ask() in ([1], {"a": np.ones(1)})
        assert stored.read_bytes() != junk


def test_without_a_folder_it_computes_each_time(tmp_path):
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "below")
    assert [store.once("x", [], lambda: 1) for _ in range(2)] == [1, 1]


def _slow(folder, log):
    def compute():
        with log.open("a") as stream:
            stream.write("x")
        time.sleep(0.3)
        return 1

    Store(folder).once("x", [], compute)


def test_several_processes_that_ask_at_once_compute_it_once(tmp_path):
    log = tmp_path / "log"
    context = multiprocessing.get_context("fork")
    asking = [context.Process(target=_slow, args=(tmp_path / "s", log)) for _ in range(4)]
    for process in asking:
        process.start()
    for process in asking:
        process.join(20)
    assert log.read_text() == "x"


def test_a_digest_that_is_remembered_sees_every_change_of_a_file(tmp_path, monkeypatch):
    from mappa.runs import state

    monkeypatch.setenv("MAPPA_DATA", str(tmp_path))
    read = []
    digest_files = state.digest_files
    monkeypatch.setattr(state, "digest_files", lambda *a: read.append(1) or digest_files(*a))
    table = tmp_path / "a.csv"
    table.write_text("1")
    first = state.data_digest()
    table.write_text("2")  # as long, perhaps within the same tick of the clock
    second = state.data_digest()
    assert len({first, second}) == 2 and len(read) == 2
    monkeypatch.setattr(state, "_SETTLED", -1)  # as though the files were old
    assert [state.data_digest() for _ in range(3)] == 3 * [second] and len(read) == 3
    table.write_text("33")
    (tmp_path / ".hidden").write_text("passing")
    (tmp_path / "nowhere.csv").symlink_to(tmp_path / "none")
    third = state.data_digest()
    assert third not in (first, second) and len(read) == 4
    table.unlink()
    assert state.data_digest() not in (first, second, third)

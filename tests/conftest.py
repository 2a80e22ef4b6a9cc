"""Fixtures shared by all tests: the real figures, a copy of them, and a made-up country."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# One BLAS thread per process: the tests run side by side.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from made_up import write_made_up  # noqa: E402

from mappa.data import Data, load  # noqa: E402

DATA = ROOT / "data"


#: Folders whose tests start kernels, commands or a cluster.
KERNELS = ("runs", "commands", "warmkernels")


def pytest_sessionstart() -> None:
    """Forget what an earlier session of this process computed: mutmut forks from such a one."""
    for name, module in list(sys.modules.items()):
        if name.startswith("mappa.") and not name.startswith("mappa.data"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start kernels, so that `make check` can leave them out."""
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] in KERNELS:
            item.add_marker(pytest.mark.kernels)


@pytest.fixture(autouse=True)
def _same_settings() -> Iterator[None]:
    """Take back what a command run in this process has set for itself (``--data``)."""
    before = {name: value for name, value in os.environ.items() if name.startswith("MAPPA_")}
    yield
    for name in [name for name in os.environ if name.startswith("MAPPA_")]:
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Data:
    """The study's own figures."""
    return load(DATA)


@pytest.fixture()
def data_copy(tmp_path: Path) -> Path:
    """A copy of the study's tables that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the made-up country's tables; do not write into it."""
    return write_made_up(tmp_path_factory.mktemp("made_up") / "data", DATA)


@pytest.fixture(scope="session")
def made_up_data(made_up: Path) -> Data:
    """The made-up country's figures."""
    return load(made_up)

"""A run on a dask.distributed cluster: the same tasks, the same ``submit``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from mappa.errors import MappaError, UsageError


class ClusterError(MappaError):
    """A cluster that cannot be reached or has no worker."""


@contextlib.contextmanager
def executor(address: str, *, patience: float = 10) -> Iterator[tuple[Any, int]]:
    """Connect to a scheduler and yield its executor and how many tasks it runs at once.

    Parameters
    ----------
    address: of the scheduler, such as ``tcp://host:8786``, or the path of a scheduler file; for
        an empty one there is no executor, and one task at once.
    patience: how long to wait for the scheduler and for a first worker (seconds).

    Raises
    ------
    UsageError: dask is not installed.
    ClusterError: no scheduler answers, or it has no worker.

    Tasks are impure: a job that is identical to one of before runs again, and never returns what
    the cluster remembers. A task whose worker is killed is given to another worker.
    """
    if not address:
        yield None, 1
        return
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--dask needs dask: pip install dask distributed.") from None
    try:
        if address.endswith(".json"):
            client = Client(scheduler_file=address, timeout=patience)
        else:
            client = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClusterError(f"No dask scheduler answers at {address}: {first}.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            raise ClusterError(f"The scheduler at {address} has no worker.") from None
        yield client.get_executor(pure=False), sum(client.nthreads().values())

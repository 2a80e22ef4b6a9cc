"""The standard output of forked kernels: ipykernel's own, but for a flush of nothing."""

from __future__ import annotations

from ipykernel.iostream import OutStream as _OutStream


class OutStream(_OutStream):
    """A stream that does not wake the sending thread where there is nothing to send.

    ipykernel flushes both streams several times a cell, and each flush hands over to the thread
    that sends and waits for it: a fifth of what a kernel costs beside its cells. All that is sent
    goes through that one thread, so the order of what was written stays as it is.
    """

    def flush(self) -> None:
        """Send what has been written since the last flush, if anything was."""
        waiting = ("_buffers", "_flush_pending", "_subprocess_flush_pending")
        # Another ipykernel may name them otherwise: then every flush is carried out.
        if any(getattr(self, name, True) for name in waiting):
            super().flush()

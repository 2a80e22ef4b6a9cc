"""A kernel provisioner that forks kernels from a template, else starts them as usual.

papermill and JupyterLab use it unchanged where the environment says
``JUPYTER_DEFAULT_PROVISIONER_NAME=warmkernels``.
"""

import asyncio
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from warmkernels import client as warm

NAME = "warmkernels"


def use() -> None:
    """Make this the provisioner of every kernel that this process starts."""
    factory = KernelProvisionerFactory.instance()
    entry = EntryPoint(NAME, f"{__name__}:WarmProvisioner", factory.GROUP_NAME)
    factory.provisioners[NAME] = entry
    factory.default_provisioner_name = NAME


class WarmProvisioner(LocalProvisioner):
    """A local provisioner whose kernels are forks; any OSError gives an ordinary kernel."""

    async def wait(self) -> int | None:
        """Wait for the kernel to end; looked at ten times as often as an ordinary one."""
        while isinstance(self.process, warm.WarmProcess) and self.process.poll() is None:
            await asyncio.sleep(0.01)
        status: int | None = await super().wait()
        return status

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel; where that cannot be, launch *cmd*."""
        try:
            process = warm.launch(cmd, **kwargs)
        except OSError as reason:
            self.log.debug("A cold kernel: %s", reason)
            info: KernelConnectionInfo = await super().launch_kernel(cmd, **kwargs)
            return info
        self.process = process  # type: ignore[assignment]  # it has the methods that are called
        self.pid = self.pgid = process.pid  # the leader of its own group
        self.cwd = Path(kwargs.get("cwd") or Path.cwd())
        connection: KernelConnectionInfo = self.connection_info
        return connection

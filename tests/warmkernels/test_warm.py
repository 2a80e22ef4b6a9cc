"""Kernels forked from a template are real kernels: fresh, killable, and gone with their owner."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from jupyter_client.manager import KernelManager
from runs_support import mappa_environment

from mappa.cache import code_reached
from mappa.runs import notebooks
from warmkernels import client as warm
from warmkernels import server as forkserver
from warmkernels.provisioner import WarmProvisioner, use

pytestmark = [
    pytest.mark.kernels,
    pytest.mark.skipif(not warm.possible(), reason="kernels cannot be forked here"),
]


@pytest.fixture(scope="module")
def template(root: Path) -> Iterator[warm.Template]:
    modules = {name for book in notebooks.find(root / "notebooks") for name in book.modules}
    said = os.environ.pop("PYTEST_CURRENT_TEST", None)
    with contextlib.closing(warm.Template(sorted(code_reached(*modules)))) as started:
        if said:
            os.environ["PYTEST_CURRENT_TEST"] = said
        yield started


@pytest.fixture()
def environment(template: warm.Template, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    monkeypatch.setenv(warm.SOCKET, str(template.path))
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", factory.default_provisioner_name)
    use()
    return mappa_environment(**{warm.SOCKET: str(template.path)})


class Kernel:
    """A kernel and its client, as papermill and JupyterLab hold them."""

    def __init__(self, environment: dict[str, str], **options: Any) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env=environment, **options)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def process(self) -> Any:
        return cast(Any, self.manager.provisioner).process

    def run(self, code: str, timeout: float = 30) -> Any:
        """Return what the code printed, on stdout and stderr, and the reply's status."""
        texts = []

        def take(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                texts.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=take)
        return "".join(texts), reply["content"]["status"]

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture()
def kernel(environment: dict[str, str], tmp_path: Path) -> Iterator[Kernel]:
    started = Kernel(environment, cwd=str(tmp_path))
    yield started
    started.close()


def gone(pid: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_forked_kernel_has_streams_that_do_not_hand_over_nothing(kernel: Kernel) -> None:
    asked = "import sys\nprint(type(sys.stdout).__module__, type(sys.stderr).__module__)"
    assert kernel.run(asked)[0] == "warmkernels.server warmkernels.server\n"


def test_a_forked_kernel_has_the_imports_its_own_folder_and_an_empty_stdin(
    kernel: Kernel, tmp_path: Path
) -> None:
    assert isinstance(kernel.manager.provisioner, WarmProvisioner)
    assert isinstance(kernel.process, warm.WarmProcess)
    seen, status = kernel.run(
        "import os, sys\nprint('mappa.growth' in sys.modules, os.getcwd(), os.read(0, 9),"
        " os.getsid(0) == os.getpid())"
    )
    assert status == "ok" and seen == f"True {tmp_path} b'' True\n"
    assert kernel.run("import matplotlib; print(matplotlib.get_backend())")[0] in (
        "inline\n",
        "module://matplotlib_inline.backend_inline\n",
    )


def test_output_of_subprocesses_is_shown_as_an_ordinary_kernel_shows_it(kernel: Kernel) -> None:
    assert kernel.run("import os; os.system('echo from below')")[0].strip() == "from below"


def test_what_is_written_comes_in_order_and_none_of_it_is_lost(kernel: Kernel) -> None:
    """Streams that are empty are not flushed; what is not empty is, before what comes after."""
    seen = []
    for code in (
        "import sys, threading\nprint('a', end=''); sys.stdout.flush(); print('b', end='')",
        "pass",
        "from IPython.display import display\nprint('c'); display(1); sys.stderr.write('d'); 2",
        "t = threading.Thread(target=print, args=('e',)); t.start(); t.join()",
        "sys.stdout.flush(); sys.stderr.flush(); print('f')\nraise ValueError('g')",
    ):
        told: list[dict[str, Any]] = []
        kernel.client.execute_interactive(code, timeout=60, output_hook=told.append)
        seen += [_shown(message) for message in told if message["msg_type"] in _SHOWN]
    # Pieces of one stream may come together or apart: their order is what counts.
    assert "".join(seen) == "abc\n<1>d<2>e\nf\n<g>"


_SHOWN = ("stream", "display_data", "execute_result", "error")


def _shown(message: dict[str, Any]) -> str:
    content = message["content"]
    if message["msg_type"] == "stream":
        return content["text"]
    return f"<{content['evalue'] if 'evalue' in content else content['data']['text/plain']}>"


def test_each_kernel_starts_fresh_with_its_own_environment_and_random_state(
    environment: dict[str, str],
) -> None:
    draw = "import os, random, numpy\nprint(random.random(), numpy.random.rand(), os.urandom(4))"
    seen = []
    for value in ("a", "b"):
        kernel = Kernel(environment | {"TEST_VALUE": value})
        assert kernel.run("print('leak' in dir())")[0] == "False\n"
        kernel.run("leak = 1\nimport mappa; mappa.leak = 1")
        seen.append(kernel.run(draw)[0])
        assert kernel.run("import os; print(os.environ['TEST_VALUE'])")[0] == f"{value}\n"
        assert kernel.run("print('TEST_OTHER' in os.environ)")[0] == "False\n"
        kernel.close()
    assert seen[0].split()[:2] != seen[1].split()[:2]
    kernel = Kernel(environment)
    assert kernel.run("import mappa; print(hasattr(mappa, 'leak'))")[0] == "False\n"
    kernel.close()


def test_is_interrupted_restarted_and_shut_down(kernel: Kernel) -> None:
    asked = kernel.client.execute("import time\nprint('in it', flush=True)\ntime.sleep(60)")
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=30)
    while reply["parent_header"].get("msg_id") != asked:
        reply = kernel.client.get_shell_msg(timeout=30)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    kernel.run("x = 1")
    before = kernel.process.pid
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=60)
    assert kernel.process.pid != before and gone(before)
    assert kernel.run("print('x' in dir())") == ("False\n", "ok")
    pid = kernel.process.pid
    kernel.manager.shutdown_kernel(now=False)
    assert gone(pid)


def test_an_exit_status_is_that_of_the_kernel_and_its_exit_functions_run(
    environment: dict[str, str], tmp_path: Path
) -> None:
    kernel = Kernel(environment)
    process = kernel.process
    kernel.client.execute(
        f"import atexit, pathlib\natexit.register(pathlib.Path({str(tmp_path / 'x')!r}).touch)"
    )
    kernel.client.execute("exit()")
    assert process.wait(20) == 0 and (tmp_path / "x").exists()
    kernel.close()
    kernel = Kernel(environment)
    process = kernel.process
    kernel.client.execute("import os; os._exit(7)")
    assert process.wait(20) == 7 and process.poll() == 7
    process.send_signal(signal.SIGTERM)  # a kernel that has ended is nobody else's process
    kernel.close()


def test_what_a_kernel_started_goes_with_it(kernel: Kernel) -> None:
    seen, _ = kernel.run("import subprocess\np = subprocess.Popen(['sleep', '99']); print(p.pid)")
    kernel.process.kill()
    assert gone(int(seen))


OWNER = """
import os, sys, time
from jupyter_client.manager import KernelManager
from warmkernels.provisioner import use
use()
manager = KernelManager(kernel_name="python3")
manager.start_kernel()
print(type(manager.provisioner.process).__name__, manager.provisioner.pid, flush=True)
time.sleep(99)
"""


def owner(environment: dict[str, str]) -> Any:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    kind, pid = process.stdout.readline().split()
    return process, kind, int(pid)


def test_a_client_that_is_killed_takes_its_kernel_with_it(
    environment: dict[str, str], template: warm.Template
) -> None:
    process, kind, pid = owner(environment)
    assert kind == "WarmProcess" and not gone(pid, 0.2)
    process.kill()
    process.wait()
    assert gone(pid)
    assert template.process.poll() is None


def test_an_owner_that_is_killed_takes_template_and_kernels_with_it(tmp_path: Path) -> None:
    """As JupyterLab uses it: the first kernel starts a template that this process owns."""
    process, kind, pid = owner(mappa_environment(TMPDIR=str(tmp_path)))
    assert kind == "WarmProcess"
    server = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    assert b"warmkernels.server" in Path(f"/proc/{server}/cmdline").read_bytes()
    (socket,) = tmp_path.glob("warmkernels-*/s")
    assert socket.stat().st_mode & 0o777 == 0o600
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    process.kill()
    process.wait()
    assert gone(pid) and gone(server)
    assert not list(tmp_path.glob("warmkernels-*"))


def test_a_template_that_is_killed_takes_its_kernels_with_it_and_the_next_is_cold(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = os.environ.pop("PYTEST_CURRENT_TEST", None)
    with contextlib.closing(warm.Template()) as mine:
        if said:
            os.environ["PYTEST_CURRENT_TEST"] = said
        monkeypatch.setenv(warm.SOCKET, str(mine.path))
        kernel = Kernel(environment)
        pid = kernel.process.pid
        mine.process.kill()
        assert gone(pid)
        assert kernel.process.wait(10) == -signal.SIGKILL
        kernel.close()
        kernel = Kernel(environment)
        assert isinstance(kernel.process, subprocess.Popen)
        assert kernel.run("print(1 + 1)") == ("2\n", "ok")
        kernel.close()


def test_a_template_whose_owner_goes_while_it_computes_goes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path / "cache"))
    mine = warm.Template((), "time:sleep", [60])
    try:
        time.sleep(1)
        mine.process.stdin.close()
        assert mine.process.wait(20) == 1  # 0 is that of a template that has served
        assert not mine.folder.exists()
    finally:
        mine.close()


def test_the_template_computes_what_kernels_share_where_it_is_asked_to(
    tmp_path: Path,
) -> None:
    folder = str(tmp_path / "made")
    with pd.option_context("display.max_columns", 0):  # which preloading sets
        forkserver.preload(["no.module.of.ours"], "no.module:function")
        forkserver.preload((), "os:mkdir", [folder])
    assert Path(folder).is_dir()


def test_a_client_that_says_nonsense_harms_nobody(
    template: warm.Template, environment: dict[str, str]
) -> None:
    import socket

    for said in (b"nonsense\n", b"{}\n", b'{"argv": [], "cwd": "/nowhere", "env": {}}\n'):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(template.path))
            client.sendall(said)
            assert client.recv(100)
    kernel = Kernel(environment)
    assert kernel.run("print(2)") == ("2\n", "ok")
    kernel.close()


@pytest.mark.parametrize(
    "cmd",
    [
        ["R", "--slave", "-e", "IRkernel::main()"],
        ["/usr/bin/python3-other", "-m", "ipykernel_launcher", "-f", "x"],
        [sys.executable, "-O", "-m", "ipykernel_launcher", "-f", "x"],
    ],
)
def test_another_kernel_than_this_pythons_own_is_not_forked(
    cmd: list[str], environment: dict[str, str]
) -> None:
    with pytest.raises(warm.Cold):
        warm.launch(cmd)


def test_the_template_refuses_to_fork_beside_other_threads() -> None:
    import threading

    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with pytest.raises(ValueError, match=r"runs \d+ threads"):
            forkserver._refuse_threads()
    finally:
        stop.set()
        thread.join()


def test_the_template_imports_all_that_notebooks_use_and_never_the_inline_backend(
    kernel: Kernel,
) -> None:
    seen, _ = kernel.run(
        "import json, sys\n"
        "before = set(sys.modules)\n"
        "import mappa.growth.record, mappa.rates.assess, mappa.plot.rate.rows\n"
        "new = {n.split('.')[0] for n in set(sys.modules) - before}\n"
        "print(json.dumps(sorted(new & {'pandas', 'scipy', 'statsmodels', 'matplotlib', 'mappa'})))"
    )
    assert json.loads(seen) == []
    code = "import warmkernels.server as f, sys; f.preload(); print('B' if "
    code += "'matplotlib_inline.backend_inline' in sys.modules else 'ok')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "ok"


def test_without_fork_there_is_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(warm.Cold, match="cannot be forked"):
        warm.Template()

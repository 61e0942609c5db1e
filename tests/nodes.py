"""A real Ray cluster of several nodes on this machine. Each node has its own processes, as `ray start` makes them."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
STARTED = "Ray runtime started."
ATTEMPTS = 5
"""Attempts to start a node. Ray allows itself half a minute for each, which is short on a busy machine."""
MARK = "LSTNET_TEST_NODE"
"""A variable that all processes of a node inherit, even those that leave its session."""

FREQUENT_METRICS = {"RAY_metrics_report_interval_ms": "500"}
"""Variable of a process that exports its metrics twice a second, not every 10 s."""


NO_SPARE_WORKERS = {"RAY_prestart_worker_first_driver": "0"}
"""Variable of a node that starts processes when they are needed. By default each driver makes it start one per CPU."""


class Nodes:
    """Nodes of a cluster, the first its head.

    Attributes:
        folder: folder of logs. Its subfolder `0` has the head's temporary files.
        address: address of the cluster.
        dashboard: URL of the cluster's dashboard, where jobs are submitted.
        environment: environment of a process that may join or submit: this process's, with the token.
    """

    def __init__(
        self,
        folder: Path,
        cpus: int,
        gpus: int = 0,
        variables: Mapping[str, str] | None = None,
        own_token: bool = True,
    ) -> None:
        """Start no node yet. The first call of `start` starts the head.

        Args:
            folder: folder of logs and sockets. Its path must be short.
            cpus: CPUs of each node.
            gpus: GPUs that each node claims to have.
            variables: further environment variables of each node, which the processes of its trials inherit.
            own_token: whether the cluster has a token of its own. Otherwise it has the one in this user's file, which
                a process that has used Ray before needs to join it.
        """
        self.folder = folder
        self._cpus, self._gpus = cpus, gpus
        self._variables = NO_SPARE_WORKERS | dict(variables or {})
        self._started: list[subprocess.Popen[bytes]] = []
        self.address = self.dashboard = ""
        self.environment = os.environ | {"RAY_AUTH_MODE": "token"}
        if own_token:
            self.environment["RAY_AUTH_TOKEN"] = secrets.token_hex(16)

    def start(self) -> int:
        """Start a node and wait until it has joined.

        Returns:
            Its place, 0 for the head.

        Raises:
            RuntimeError: with what it printed, if it does not start.
        """
        place = len(self._started)
        for _ in range(ATTEMPTS):
            if place == 0:  # ports that others may have taken since
                self.address, self.dashboard = f"{HOST}:{free_port()}", f"http://{HOST}:{free_port()}"
            self._started[place:] = [self._launch(place)]
            if self._joined(place):
                return place
            self.kill(place)
        raise RuntimeError(f"node {place} did not start:\n{self.log(place).read_text()}")

    def kill(self, place: int) -> None:
        """End all processes of a node at once, as a machine that loses its power."""
        while processes := self.processes(place):  # again, because one may have just started another
            for process in processes:
                with _gone_already():
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.1)
        self._started[place].wait()

    def kill_all(self) -> None:
        """End all processes that are left of all nodes, the head's last."""
        for place in reversed(range(len(self._started))):
            self.kill(place)

    def log(self, place: int) -> Path:
        """What a node printed."""
        return self.folder / f"node{place}.log"

    def processes(self, place: int) -> list[int]:
        """Processes of a node: those of its session, and those that left it but kept their environment."""
        mark, found = f"{MARK}={self._mark(place)}".encode(), []
        for folder in Path("/proc").glob("[0-9]*"):
            process = int(folder.name)
            with _gone_already():
                in_session = os.getsid(process) == self._started[place].pid
                # A process that gives itself a title, as Ray's workers do, loses its environment there.
                marked = mark in (folder / "environ").read_bytes().split(b"\0")
                if (in_session or marked) and (folder / "cmdline").read_bytes():  # empty once it has ended
                    found.append(process)
        return found

    def _launch(self, place: int) -> subprocess.Popen[bytes]:
        # Without this process's PYTHONPATH: the code must reach the nodes in the same way as a user's nodes.
        environment = {name: value for name, value in self.environment.items() if name != "PYTHONPATH"}
        with self.log(place).open("w") as output:
            return subprocess.Popen(
                self._command(place),
                cwd=self.folder,
                env=environment | self._variables | {MARK: self._mark(place)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _joined(self, place: int) -> bool:
        """Wait until a node has joined, or has ended."""
        while STARTED not in self.log(place).read_text():
            if self._started[place].poll() is not None:
                return False
            time.sleep(0.2)
        return True

    def _mark(self, place: int) -> str:
        return f"{self.folder.name}-{place}"

    def _command(self, place: int) -> list[str]:
        options: dict[str, object] = {
            "node-ip-address": HOST,
            "num-cpus": self._cpus,
            "num-gpus": self._gpus,
            "object-store-memory": 150_000_000,
            "temp-dir": self.folder / str(place),
            "dashboard-agent-listen-port": free_port(),
            "min-worker-port": 0,  # otherwise all nodes take their workers' ports from one list
            "max-worker-port": 0,
        }
        if place:
            options["address"] = self.address
        else:
            options |= {
                "port": self.address.rpartition(":")[2],
                "dashboard-host": HOST,
                "dashboard-port": self.dashboard.rpartition(":")[2],
                "ray-client-server-port": free_port(),
            }
        start = [str(Path(sys.executable).parent / "ray"), "start", "--block", "--disable-usage-stats"]
        return [*start, *([] if place else ["--head"]), *(f"--{name}={value}" for name, value in options.items())]


@contextmanager
def running_nodes(
    count: int, cpus: int = 1, gpus: int = 0, variables: Mapping[str, str] | None = None, own_token: bool = True
) -> Iterator[Nodes]:
    """Run a cluster. Everything is removed at the end.

    Args:
        count: number of nodes, which start one after another.
        cpus: as for `Nodes`.
        gpus: as for `Nodes`.
        variables: as for `Nodes`.
        own_token: as for `Nodes`.

    Yields:
        The nodes. A test may kill some and start others.
    """
    folder = Path(tempfile.mkdtemp(prefix="nodes"))  # a short path, because sockets lie below it
    nodes = Nodes(folder, cpus, gpus, variables, own_token)
    try:
        for _ in range(count):
            nodes.start()
        yield nodes
    finally:
        nodes.kill_all()
        shutil.rmtree(folder)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


def _gone_already() -> AbstractContextManager[None]:
    """Ignore processes that have just ended, and those of other users, which cannot be read."""
    return suppress(FileNotFoundError, ProcessLookupError, PermissionError)

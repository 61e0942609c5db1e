"""A network of machines, made of namespaces on this one. Each has its own processes, address, name and /tmp."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

NETWORK = "10.77.0"
HUB_ADDRESS = f"{NETWORK}.254"
READY_SECONDS = 20
LONGEST_SECONDS = 1800
"""Lifetime of a machine that nothing ends earlier."""


class Machine:
    """A machine. All of its processes end with the first, which does nothing.

    No other machine sees what it writes to its user's home or to /tmp.

    Attributes:
        name: its host name.
        address: its IP address.
        folder: folder of its files and logs.
    """

    def __init__(self, name: str, address: str, folder: Path, hosts: Path, shared: Sequence[Path]) -> None:
        """Start the first process.

        Args:
            name: its host name.
            address: its IP address. The machine is not connected yet.
            folder: a folder that does not exist.
            hosts: file that becomes its /etc/hosts.
            shared: folders that it sees even if they are in /tmp.
        """
        self.name, self.address, self.folder = name, address, folder
        for part in ("tmp", "home", "work"):
            (folder / part).mkdir(parents=True)
        namespaces = ("--fork", "--pid", "--mount-proc", "--net", "--mount", "--uts", "--kill-child")
        first = f"trap '' CHLD; exec sleep {LONGEST_SECONDS}"  # ignoring CHLD reaps the processes that `sleep` inherits
        self._unshare = subprocess.Popen(["unshare", *namespaces, "sh", "-c", first])
        self._first = _only_child(self._unshare.pid)
        tmp, home = folder / "tmp", Path.home()
        overlay = f"lowerdir={home},upperdir={folder / 'home'},workdir={folder / 'work'}"
        binds = [f"mkdir -p {tmp}/{each} && mount --rbind /tmp/{each} {tmp}/{each}" for each in _below_tmp(shared)]
        commands = (
            f"hostname {name}",
            "ip link set lo up",
            f"mount --bind {hosts} /etc/hosts",
            "mount --bind /dev/null /etc/resolv.conf",  # gRPC asks a name server even for names in /etc/hosts
            f"mount -t overlay overlay -o {overlay} {home}",
            *binds,
            f"mount --rbind {tmp} /tmp",
        )
        self.run("sh", "-ec", "; ".join(commands))

    def inside(self, *command: str | Path, cwd: Path = Path("/")) -> list[str]:
        """A command that runs another one on this machine, in a folder as the machine sees it."""
        enter = ("nsenter", "--target", str(self._first), "--pid", "--net", "--mount", "--uts", "--")
        return [*enter, "env", f"--chdir={cwd}", *map(str, command)]

    def run(
        self, *command: str | Path, environment: Mapping[str, str] | None = None, cwd: Path = Path("/")
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on this machine to its end.

        Raises:
            AssertionError: with what it printed, if its exit code is not 0.
        """
        ended = subprocess.run(
            self.inside(*command, cwd=cwd), env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert ended.returncode == 0, f"{shlex.join(map(str, command))}: {ended.stdout}{ended.stderr}"
        return ended

    def start(self, *command: str | Path, environment: Mapping[str, str] | None = None, log: str) -> None:
        """Start a command on this machine. It ends with the machine at the latest."""
        with (self.folder / f"{log}.log").open("a") as output:
            subprocess.Popen(
                self.inside(*command), env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def in_network(self, *command: str) -> None:
        """Run a command of the host in the network of this machine."""
        subprocess.run(["nsenter", "--target", str(self._first), "--net", "--", *command], check=True)

    @property
    def network_of(self) -> str:
        """The process id by which `ip` names this machine's network."""
        return str(self._first)

    def kill(self) -> None:
        """End all processes at once, as a loss of power does."""
        self._unshare.send_signal(signal.SIGKILL)  # the kernel passes it on to the first process
        self._unshare.wait()


class Network:
    """A hub, and machines that are connected to it.

    Attributes:
        folder: folder of all files.
        hub: the machine in the middle.
        machines: the others, by name.
    """

    def __init__(self, folder: Path, names: Sequence[str], shared: Sequence[Path]) -> None:
        """Start all machines.

        Args:
            folder: an existing folder, which all machines see.
            names: names of the machines other than the hub.
            shared: more folders that all machines see.
        """
        self.folder = folder
        self._hosts, self._shared = folder / "hosts", (*shared, folder)
        self._addresses = {name: f"{NETWORK}.{place}" for place, name in enumerate(names, start=1)}
        lines = (f"{ip} {name}\n" for name, ip in {"hub": HUB_ADDRESS, **self._addresses}.items())
        self._hosts.write_text("".join(("127.0.0.1 localhost\n", *lines)))
        self.machines: dict[str, Machine] = {}
        self.hub = Machine("hub", HUB_ADDRESS, folder / "hub", self._hosts, self._shared)
        try:
            bridge = ("ip link add br0 type bridge", f"ip addr add {HUB_ADDRESS}/24 dev br0", "ip link set br0 up")
            self.hub.run("sh", "-ec", "; ".join(bridge))
            for name in names:
                self.add(name)
        except BaseException:
            self.kill()
            raise

    def add(self, name: str) -> None:
        """Start a machine for the first time or after it was killed, and connect it."""
        folder, address = self.folder / name, self._addresses[name]
        shutil.rmtree(folder, ignore_errors=True)
        machine = self.machines[name] = Machine(name, address, folder, self._hosts, self._shared)
        peer = ("peer", "name", "eth0", "netns", machine.network_of)
        self.hub.in_network("ip", "link", "add", name, "type", "veth", *peer)
        self.hub.run("sh", "-ec", f"ip link set {name} master br0; ip link set {name} up")
        machine.run("sh", "-ec", f"ip addr add {address}/24 dev eth0; ip link set eth0 up")

    def kill(self) -> None:
        """End all processes of all machines."""
        for machine in (*self.machines.values(), self.hub):
            machine.kill()


@contextmanager
def running_network(names: Sequence[str], shared: Sequence[Path]) -> Iterator[Network]:
    """Run machines with the given names, which share some folders. Everything is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="net"))
    try:
        network = Network(folder, names, shared)
        try:
            yield network
        finally:
            network.kill()
    finally:
        shutil.rmtree(folder)


def cannot_run(programs: Sequence[str] = ()) -> str:
    """Why such machines, or these programs on them, cannot run here; empty if they can."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    lacking = [each for each in ("ip", "unshare", "nsenter", *programs) if shutil.which(each, path=path) is None]
    if lacking:
        return f"this machine has no {', no '.join(lacking)}"
    with tempfile.TemporaryDirectory() as folder:
        for name in ("upper", "work"):
            Path(folder, name).mkdir()
        overlay = f"lowerdir={folder},upperdir={folder}/upper,workdir={folder}/work"
        mounted = ("mount", "-t", "overlay", "overlay", "-o", overlay, folder)
        tried = ("unshare", "--fork", "--pid", "--net", "--mount", "--uts", *mounted)
        works = subprocess.run(tried, capture_output=True, check=False).returncode == 0
    return "" if works else "this machine allows no namespaces"


def _below_tmp(folders: Sequence[Path]) -> list[Path]:
    return [folder.relative_to("/tmp") for folder in folders if folder.is_relative_to("/tmp")]


def _only_child(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children")
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        found = children.read_text().split()
        if found and b"sleep" in Path(f"/proc/{found[0]}/cmdline").read_bytes():  # its namespaces are ready
            return int(found[0])
        time.sleep(0.02)
    raise TimeoutError("no namespaces on this machine")

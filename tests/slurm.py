"""A real Slurm on machines that are made of namespaces."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from machines import HUB_ADDRESS, NETWORK, Network, running_network
from nodes import NO_SPARE_WORKERS

ROOT = Path(__file__).parents[1]
PROGRAMS = ("slurmctld", "slurmd", "munged")
CONFIGURATION = """
ClusterName=test
SlurmctldHost=hub({hub})
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdTimeout=10
KillWait=15
MessageTimeout=60
TCPTimeout=20
SchedulerParameters=batch_sched_delay=1,sched_interval=2
MailProg=/bin/true
GresTypes=gpu
NodeName=n[1-{count}] NodeAddr={network}.[1-{count}] CPUs=2 Gres=gpu:1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
POLL_SECONDS = 0.5
PATIENCE = 900
"""Seconds to wait for a job. An idle machine needs a tenth of them."""


class Slurm:
    """A running cluster.

    Attributes:
        network: its machines; the nodes are `n1`, `n2`, ….
        home: a checkout that every node sees, from which jobs are submitted.
        storage: a folder that every node sees.
    """

    def __init__(self, network: Network) -> None:
        """Start `munged` and `slurmctld` on the hub, and `slurmd` on each machine with two CPUs and a pretended GPU."""
        self.network = network
        folder, count = network.folder, len(network.machines)
        self.folder = folder
        self.home, self.storage = folder / "home", folder / "storage"
        for made in (self.home, self.storage, folder / "state"):
            made.mkdir()
        for name in (".venv", "deploy", "run_search.py", "search_spaces"):
            (self.home / name).symlink_to(ROOT / name)
        (folder / "slurm.conf").write_text(
            CONFIGURATION.format(folder=folder, hub=HUB_ADDRESS, network=NETWORK, count=count)
        )
        (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "RAY_"))
        } | {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
            "XDG_CACHE_HOME": str(folder / "cache"),
            **NO_SPARE_WORKERS,
        }
        munge = {each: folder / f"munge.{each}" for each in ("key", "socket", "pid", "seed", "log")}
        options = [f"--{each}-file={munge[each]}" for each in ("key", "pid", "seed", "log")]
        hub = self.network.hub
        hub.start("munged", "--foreground", "--force", f"--socket={munge['socket']}", *options, log="munged")
        self._wait("munge.socket", munge["socket"].exists, seconds=30)
        hub.start("slurmctld", "-D", "-c", environment=self.environment, log="slurmctld")
        for name in self.network.machines:
            self.start_node(name)
        self._wait("idle nodes", lambda: self.ask("sinfo", "-h", "-t", "idle", "-o", "%D").strip() == str(count), 60)

    def start_node(self, name: str) -> None:
        """Start `slurmd` on a machine."""
        self.network.machines[name].start("slurmd", "-D", "-N", name, environment=self.environment, log="slurmd")

    def ask(self, *command: str) -> str:
        """What a command of Slurm prints; empty if Slurm does not answer."""
        inside = self.network.hub.inside(*command, cwd=self.home)
        ended = subprocess.run(inside, env=self.environment, capture_output=True, text=True, timeout=120, check=False)
        return ended.stdout

    def submit(self, *options: str, line: str, search: Sequence[str]) -> int:
        """Submit `deploy/slurm.sh`.

        Args:
            options: more options of `sbatch`.
            line: the command as `docs/cluster.md` has it.
            search: more options of the search.

        Returns:
            The job's number.
        """
        sbatch, *given = line.replace("/shared/searches", str(self.storage)).split()
        script = given.index("deploy/slurm.sh")
        small = ("--parsable", "--time=60", "--cpus-per-task=2", "--gpus-per-node=0")
        command = (sbatch, *small, *given[:script], *options, *given[script:], *search)
        return int(self.network.hub.run(*command, environment=self.environment, cwd=self.home).stdout)

    def log(self, job: int | str) -> str:
        """What a job has printed."""
        file = self.home / f"lstnet-search-{job}.log"
        return file.read_text() if file.exists() else ""

    def state(self, job: int | str) -> str:
        """A job's state and exit code: `COMPLETED 0:0`."""
        shown = self.ask("scontrol", "--oneliner", "show", "job", str(job))
        found = re.search(r"JobState=(\w+).*? ExitCode=(\S+)", shown)
        return "" if found is None else f"{found[1]} {found[2]}"

    def wait_for_log(self, job: int | str, wanted: str) -> None:
        """Wait until a job has printed a text that matches.

        Raises:
            TimeoutError: with what it has printed, if the text does not come in time or the job ends without it.
        """

        def printed() -> bool:
            ended = self.has_ended(job)  # asked before the log is read: what is printed in between counts
            found = re.search(wanted, self.log(job), re.MULTILINE) is not None
            if ended and not found:
                raise TimeoutError(f"no {wanted}\n{self._said(job)}")
            return found

        self._wait(wanted, printed, PATIENCE, job)

    def wait_for_end(self, job: int | str) -> str:
        """Wait until a job has ended for good, and return its state and exit code."""
        self._wait("the end", lambda: self.has_ended(job), PATIENCE, job)
        return self.state(job)

    def has_ended(self, job: int | str) -> bool:
        """Whether a job has ended for good."""
        return self.state(job).startswith(("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "DEADLINE"))

    def _wait(self, what: str, condition: Callable[[], object], seconds: float, job: int | str | None = None) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {what} after {seconds} s\n{self._said(job)}")
            time.sleep(POLL_SECONDS)

    def _said(self, job: int | str | None) -> str:
        if job is not None:
            return f"{self.state(job)}\n{self.log(job)}"
        return "\n".join(file.read_text()[-3000:] for file in sorted(self.folder.glob("*/*.log")))


@contextmanager
def running_slurm(count: int) -> Iterator[Slurm]:
    """Run Slurm. Everything is removed at the end."""
    with running_network([f"n{place}" for place in range(1, count + 1)], [ROOT]) as network:
        yield Slurm(network)

"""What `deploy/slurm.sh` does when Ray or a search misbehaves, with stand-ins for Slurm, Ray and the search."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from nodes import free_port

SCRIPT = Path(__file__).parents[2] / "deploy" / "slurm.sh"
PROGRAMS = {
    "bin/scontrol": 'if [[ $1 == requeue ]]; then echo "requeue $2" >>"$CALLS"; else printf "localhost\\nother\\n"; fi',
    # With exec, signals to it reach the node's process, as srun passes signals on.
    "bin/srun": 'while [[ $1 == --* ]]; do shift; done; exec "$@"',
    ".venv/bin/ray": """
if [[ $1 == list ]]; then cat joined-*; exit; fi
while (($#)); do
  case $1 in --node-name) host=$2 ;; --port) port=$2 ;; esac
  shift
done
echo "start $host" >>"$CALLS"
if (($(grep -c "start $host" "$CALLS") <= ${FAILURES:-0})); then echo "The current node timed out"; exit 1; fi
if [[ -n ${port:-} ]]; then
  python3 -c 'import socket, time; s = socket.create_server(("localhost", '"$port"')); time.sleep(60)' &
fi
trap 'kill $(jobs -p); echo "stop $host" >>"$CALLS"; exit 1' TERM
echo "\\"node_name\\": \\"$host\\"" >"joined-$host"
sleep 60 & wait
""",
    ".venv/bin/python": 'trap "exit 143" TERM; echo "search ${*:2}" >>"$CALLS"; eval "$SEARCH"',
}


@dataclass
class Job:
    """The script as a job.

    Attributes:
        folder: where it runs.
        calls: the calls of its stand-ins so far.
    """

    folder: Path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        number = free_port() // 10 % 1000
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(self.folder / "calls"),
            "SEARCH": "exit 0",
            "SLURM_SUBMIT_DIR": str(self.folder),
            "SLURM_JOB_ID": str(number),
            "SLURM_JOB_NODELIST": "both",
        }
        command = ["/bin/bash", str(SCRIPT), *arguments]
        return subprocess.Popen(command, env=environment | variables, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Run it to its end, and return its exit code and what it printed to stderr."""
        with self.start(*arguments, **variables) as running:
            _, printed = running.communicate(timeout=60)
        return running.returncode, printed

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def job(tmp_path: Path) -> Job:
    for name, text in PROGRAMS.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/bash\n{text}\n")
        program.chmod(0o755)
    return Job(tmp_path)


def test_the_nodes_stop_before_the_head_and_a_search_that_ended_well_prints_nothing_else(job: Job) -> None:
    assert job.run("first", "/shared", "--trials", "8") == (0, "")
    (searched,) = (call for call in job.calls if call.startswith("search"))
    assert searched.startswith("search --name first --storage /shared --address localhost:")
    assert searched.endswith(" --trials 8")
    assert [call for call in job.calls if call != searched] == [
        *("start localhost", "start other", "stop other", "stop localhost")
    ]


def test_a_search_that_exists_is_resumed(job: Job) -> None:
    (job.folder / "results" / "first").mkdir(parents=True)
    (job.folder / "results" / "first" / "search.yaml").touch()
    assert job.run("first", "/shared")[0] == 0
    assert any(call.startswith("search") and call.endswith("--resume") for call in job.calls)


def test_tasks_of_an_array_have_their_number_in_names_and_options(job: Job) -> None:
    assert job.run("seed-%a", "/shared", "--seed", "%a", SLURM_ARRAY_TASK_ID="7")[0] == 0
    (searched,) = (call for call in job.calls if call.startswith("search"))
    assert searched.startswith("search --name seed-7 ")
    assert searched.endswith(" --seed 7")


@pytest.mark.parametrize(("restarts", "ending"), [("0", "--add-trials 8 --seed 1"), ("1", "--seed 1")])
def test_a_requeued_job_does_not_add_its_trials_again(job: Job, restarts: str, ending: str) -> None:
    (job.folder / "results" / "first").mkdir(parents=True)
    (job.folder / "results" / "first" / "search.yaml").touch()
    options = ("--add-trials", "8", "--seed", "1")
    assert job.run("first", "/shared", *options, SLURM_RESTART_COUNT=restarts)[0] == 0
    (searched,) = (call for call in job.calls if call.startswith("search"))
    assert searched.endswith(f" --resume {ending}")


@pytest.mark.parametrize(("failures", "code"), [(2, 0), (3, 1)])
def test_a_node_that_does_not_start_is_tried_three_times(job: Job, failures: int, code: int) -> None:
    ended, printed = job.run("first", "/shared", FAILURES=str(failures))
    assert ended == code
    assert job.calls.count("start localhost") == 3
    assert "node localhost: Ray ended (attempt 2 of 3). Its last lines:\n  localhost: The current node timed" in printed
    assert ("error: Ray did not start on node localhost; see above" in printed) == bool(code)


@pytest.mark.parametrize("code", [1, 2, 143])
def test_a_failed_search_gives_its_exit_code_and_only_an_interrupted_one_is_requeued(job: Job, code: int) -> None:
    assert job.run("first", "/shared", SEARCH=f"exit {code}") == (code, "")
    assert any(call.startswith("requeue") for call in job.calls) == (code == 143)
    assert "stop other" in job.calls


def test_a_job_near_its_time_limit_stops_its_search_and_is_requeued_after_its_nodes_have_stopped(job: Job) -> None:
    with job.start("first", "/shared", SEARCH="sleep 60 2>/dev/null & wait") as running:
        deadline = time.monotonic() + 60
        while not any(call.startswith("search") for call in job.calls) and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    assert running.returncode == 143
    stopped, others, requeued = job.calls[-3:]
    assert (stopped, others, requeued.split()[0]) == ("stop other", "stop localhost", "requeue")


@pytest.mark.parametrize(
    ("variables", "removed", "message"),
    [
        ({"PATH": "/nonexistent"}, "", r"error: no scontrol in this job's PATH (/nonexistent); submit it from a shell"),
        ({}, ".venv/bin/ray", "has no .venv; run `make setup` there, or call sbatch in the repository's folder"),
    ],
)
def test_what_a_job_lacks_is_one_sentence(job: Job, variables: Mapping[str, str], removed: str, message: str) -> None:
    if removed:
        (job.folder / removed).unlink()
    code, printed = job.run("first", "/shared", **variables)
    assert code == 1
    assert message in printed
    assert printed.count("\n") == 1

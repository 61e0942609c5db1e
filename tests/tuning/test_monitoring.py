"""What a running search exports to Prometheus, what its trackers contain at the end, and how a trial diverges."""

import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pandas as pd
import pytest
from nodes import FREQUENT_METRICS, Nodes
from tensorboardX.proto.event_pb2 import Event

from lstnet_search.tuning.monitoring.prometheus import GAUGES

ROOT = Path(__file__).parents[2]
OFFLINE = {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
DIVERGING = """
width: 0.015625
batch_size: 8
classifier_steps: 20
w1: {type: choice, values: [20, 1.0e+39]}  # the second is inf in float32
"""

pytestmark = pytest.mark.slow


def exported(nodes: Nodes) -> str:
    """What the metrics ports of a cluster return now."""
    text = ""
    for discovery in nodes.folder.glob("0/**/prom_metrics_service_discovery.json"):
        for group in json.loads(discovery.read_text()):
            for target in group["targets"]:
                with suppress(URLError), urlopen(f"http://{target}/metrics", timeout=5) as answer:
                    text += answer.read().decode()
    return "\n".join(line for line in text.splitlines() if 'search="seen"' in line)


def labels(text: str, name: str, label: str) -> set[str]:
    return set(re.findall(rf'^ray_{name}\{{[^}}]*\b{label}="([^"]*)"', text, re.MULTILINE))


def scalars(events: Path) -> dict[str, set[int]]:
    """Steps of each tag in a file of TensorBoard. A record is a length, a checksum, an event, and a checksum."""
    data, offset, steps = events.read_bytes(), 0, dict[str, set[int]]()
    while offset < len(data):
        (length,) = struct.unpack_from("<Q", data, offset)
        event = Event.FromString(data[offset + 12 : offset + 12 + length])
        for value in event.summary.value:
            steps.setdefault(value.tag, set()).add(event.step)
        offset += 12 + length + 4
    return steps


def test_a_search_exports_its_gauges_while_it_runs_and_its_reports_to_all_trackers(
    tmp_path: Path, shared_cluster: Nodes
) -> None:
    space = tmp_path / "space.yaml"
    space.write_text(DIVERGING)
    asked = ["--preset", "cpu", "--space", str(space), "--steps", "8", "--trials", "4", "--seed", "0"]
    logs = [part for name in ("tensorboard", "mlflow", "wandb") for part in ("--log", name)]
    with subprocess.Popen(
        [sys.executable, "run_search.py", *asked, *logs, "--results-dir", str(tmp_path), "--name", "seen"],
        cwd=ROOT,
        env=os.environ | FREQUENT_METRICS | {"RAY_ADDRESS": shared_cluster.address} | OFFLINE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        wanted, seen = {f"ray_{name}" for name in GAUGES}, ""
        while running.poll() is None and not wanted <= set(re.findall(r"^ray_lstnet_\w+", seen, re.MULTILINE)):
            time.sleep(0.25)
            seen = exported(shared_cluster)
        to_watch = [path.parent.name for path in (tmp_path / "seen" / "tensorboard").glob("*/events.out.tfevents.*")]
        out, _ = running.communicate(timeout=900)
    assert running.returncode == 0, out

    assert wanted <= set(re.findall(r"^ray_lstnet_\w+", seen, re.MULTILINE)), out
    assert "trial_00000" in to_watch, "while the search runs"
    assert labels(seen, "lstnet_best", "metric") == {"target_accuracy"}
    assert labels(seen, "lstnet_trials", "state") == {"RUNNING", "COMPLETE", "PRUNED", "FAIL"}
    assert labels(seen, "lstnet_accuracy", "direction") == {"mnist_to_usps", "usps_to_mnist"}
    assert labels(seen, "lstnet_loss", "term") == {"an1", "an2", "anl", "cc1", "cc2", "cc3", "cc4"}
    assert labels(seen, "lstnet_criterion", "direction") == {"mean", "mnist_to_usps", "usps_to_mnist"}

    folder = tmp_path / "seen"
    trials, history = pd.read_parquet(folder / "trials.parquet"), pd.read_parquet(folder / "history.parquet")
    steps = history.groupby("trial")["step"].agg(set).to_dict()
    diverging = trials["config/w1"] > 1e30
    assert diverging.any()
    assert (trials.loc[diverging, "state"] == "FAIL").all()
    assert trials.loc[diverging, "error"].str.contains(r"diverged at step \d: loss_.* is not finite").all()
    assert set(trials.loc[~diverging, "state"]) <= {"COMPLETE", "PRUNED"}
    assert "failed: DivergedError: diverged at step" in out
    failed = trials.loc[diverging, "trial"].tolist()
    names = {number: f"trial_{number:05d}" for number in trials["trial"]}

    for number, reported in steps.items():
        (events,) = (folder / "tensorboard" / names[number]).glob("events.out.tfevents.*")
        assert scalars(events)["ray/tune/target_accuracy"] == reported

    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        runs = dict(database.execute("SELECT name, status FROM runs"))
        assert runs == {name: "FAILED" if number in failed else "FINISHED" for number, name in names.items()}
        logged = database.execute(
            "SELECT name, step FROM metrics JOIN runs USING (run_uuid) WHERE key = 'target_accuracy'"
        ).fetchall()
        assert set(logged) == {(names[number], step) for number, reported in steps.items() for step in reported}

    written = [path.read_bytes() for path in (folder / "wandb").glob("offline-run-*/run-*.wandb")]
    for number in steps:
        assert sum(names[number].encode() in run and b"target_accuracy" in run for run in written) == 1

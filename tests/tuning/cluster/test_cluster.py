"""Starting Ray, and searches on a real cluster of three nodes with a shared folder and with an object store."""

import filecmp
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import boto3
import pandas as pd
import pytest
from moto.server import ThreadedMotoServer
from nodes import HOST, Nodes, free_port, running_nodes
from searches import command, search, search_until

from lstnet_search.errors import InputError
from lstnet_search.tuning.cluster import cluster
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.tuner import ACTOR

RAY = str(Path(sys.executable).parent / "ray")
KEYS = {"AWS_ACCESS_KEY_ID": "lab", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_EC2_METADATA_DISABLED": "true"}

START = """
import sys
from unittest.mock import patch
import ray._private.node, ray._private.services
from lstnet_search.cli import main
sys.argv = ["lstnet-search", "search", "--preset", "cpu", "--trials", "1", "--steps", "1", "--results-dir", sys.argv[1]]
clock = iter(range(0, 1000, 20))
with (
    patch.object(ray._private.services, "get_node", side_effect=RuntimeError("the node is not registered yet")),
    patch.object(ray._private.node.time, "monotonic", lambda: next(clock)),
):
    main()
"""
"""A search on a machine so busy that Ray gives up waiting for its own node."""


@pytest.mark.parametrize(
    "error", [Exception("The current node timed out during startup.\nThis could happen"), OSError(28, "No space left")]
)
def test_ray_that_does_not_start_is_one_line(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(cluster.ray, "init", Mock(side_effect=error))
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with (
        pytest.raises(InputError, match=r"^Ray did not start on this machine: .*; try again when") as raised,
        cluster.local_cluster(Placement(cpus=1, gpus=0, concurrent=1)),
    ):
        pass
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_search_on_a_machine_that_is_too_busy_for_ray_ends_with_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "Ray did not start on this machine: The current node timed out during startup" in ended.stderr


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():  # every node has the keys, as the docs require
            patch.setenv(name, value)
        with running_nodes(3) as nodes:
            yield nodes


@pytest.fixture
def bucket() -> Iterator[tuple[str, str]]:
    """A server that speaks S3: its URL, and a bucket there."""
    server = ThreadedMotoServer(HOST, free_port(), verbose=False)
    server.start()
    url = f"http://{HOST}:{server._port}"
    boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="lab", aws_secret_access_key="s3cret"
    ).create_bucket(Bucket="lab")
    yield url, "lab"
    server.stop()


def ray(nodes: Nodes, *arguments: str) -> str:
    ended = subprocess.run(
        [RAY, *arguments], env=nodes.environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def nodes_of_trials(nodes: Nodes) -> set[str]:
    """Nodes on which trials have run, from Ray's list of actors."""
    listed = ray(nodes, "list", "actors", "--address", nodes.dashboard, "--format", "json", "--limit", "1000")
    return {actor["node_id"] for actor in json.loads(listed) if actor["class_name"] == ACTOR}


@pytest.mark.slow
def test_a_search_joins_a_cluster_and_a_submitted_job_resumes_it(nodes: Nodes, tmp_path: Path) -> None:
    results, shared = tmp_path / "results", tmp_path / "shared"
    asked = ["--address", nodes.address, "--steps", "3", "--trials", "4", "--name", "joined"]
    refused = search(results, *asked, environment=nodes.environment)
    assert refused.returncode == 2
    assert "the cluster has 3 nodes, which need a place for checkpoints that all reach" in refused.stderr
    assert not results.exists()

    ended = search(results, *asked, "--storage", str(shared), environment=nodes.environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"\nRay's page, for processes: {nodes.dashboard}" in ended.stdout
    assert "4 trials of up to 3 steps, 3 side by side" in ended.stdout
    assert len(nodes_of_trials(nodes)) > 1
    trials = pd.read_parquet(results / "joined" / "trials.parquet")
    assert trials["trial"].tolist() == [0, 1, 2, 3]
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    assert not (results / "joined" / "tune").exists()
    assert list((shared / "joined" / "tune").glob("run_001/trial_00000/checkpoint_*"))
    for name in ("search.yaml", "study.journal", "trials.parquet", "best_model.safetensors", "samples/0.npz"):
        assert filecmp.cmp(results / "joined" / name, shared / "joined" / name, shallow=False), name

    job = command(results, "--name", "joined", "--resume", "--add-trials", "1")
    printed = ray(nodes, "job", "submit", "--address", nodes.dashboard, "--", *job)
    assert "succeeded" in printed
    trials = pd.read_parquet(results / "joined" / "trials.parquet")
    assert trials["trial"].tolist() == [0, 1, 2, 3, 4]
    assert filecmp.cmp(results / "joined" / "trials.parquet", shared / "joined" / "trials.parquet", shallow=False)


@pytest.mark.slow
def test_a_search_resumes_from_an_object_store_if_its_folder_is_gone(
    nodes: Nodes, bucket: tuple[str, str], tmp_path: Path
) -> None:
    url, name = bucket
    environment = nodes.environment | {"AWS_ENDPOINT_URL_S3": url, "AWS_DEFAULT_REGION": "us-east-1"}
    stored = ["--address", nodes.address, "--storage", f"s3://{name}/searches", "--name", "far"]
    asked = [*stored, "--steps", "8", "--trials", "3"]
    code, printed = search_until(tmp_path, "trial 0 +3/", *asked, stop=signal.SIGINT, environment=environment)
    assert code == 130, printed
    before = pd.read_parquet(tmp_path / "far" / "history.parquet")
    shutil.rmtree(tmp_path / "far")

    ended = search(tmp_path, *stored, "--resume", environment=environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    trials = pd.read_parquet(tmp_path / "far" / "trials.parquet")
    assert trials["trial"].tolist() == [0, 1, 2]
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    history = pd.read_parquet(tmp_path / "far" / "history.parquet")
    assert not history.duplicated(["trial", "step"]).any()
    of_trial_0 = before[before["trial"] == 0]
    assert of_trial_0["step"].max() >= 3
    kept = history[history["trial"] == 0].head(len(of_trial_0))
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), of_trial_0.reset_index(drop=True))
    assert (tmp_path / "far" / "best_model.safetensors").is_file()

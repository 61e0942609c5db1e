"""Files for Slurm, Ray's launcher and Kubernetes, which no test can run: their syntax, schemas and options."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.scripts.scripts import start

from lstnet_search.cli.commands import load

DEPLOY = Path(__file__).parents[2] / "deploy"
RAY_START = {name for option in start.params for name in option.opts}
SEARCH = {name for option in load("search").params for name in option.opts}


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def test_the_slurm_script_is_bash_and_uses_options_that_exist() -> None:
    script = DEPLOY / "slurm.sh"
    subprocess.run(["bash", "-n", script], check=True)
    code = "\n".join(line for line in script.read_text().splitlines() if not line.startswith("#"))
    (searched,) = re.findall(r"run_search\.py (--name.*) &$", code, re.MULTILINE)
    assert options(f" {searched}") == {"--name", "--storage", "--address"}
    assert options(f" {searched} --resume") <= SEARCH
    nodes = re.findall(r'^on_each=\([^)]*\)|start "\$(?:head|host|@).*(?:\\\n.*)*', code, re.MULTILINE)
    asked = options("\n".join(nodes))
    assert {"--block", "--head", "--address", "--dashboard-agent-listen-port"} <= asked <= RAY_START


def test_the_slurm_script_without_a_name_prints_its_usage() -> None:
    ended = subprocess.run(["bash", DEPLOY / "slurm.sh"], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "usage: sbatch deploy/slurm.sh NAME STORAGE" in ended.stderr


def test_the_launchers_file_fits_rays_schema() -> None:
    config = read("ray-cluster.yaml")
    validate_config(prepare_config(config))
    with pytest.raises(Exception, match="Additional properties are not allowed"):
        validate_config(prepare_config(read("ray-cluster.yaml") | {"head_ip": "10.0.0.1"}))
    assert len(config["provider"]["worker_ips"]) == config["min_workers"] == config["max_workers"]
    for command in config["head_start_ray_commands"] + config["worker_start_ray_commands"]:
        asked = shlex.split(command)
        if "start" in asked:
            assert asked[0] == "RAY_AUTH_MODE=token"
            assert {part.partition("=")[0] for part in asked if part.startswith("--")} <= RAY_START


def test_the_ray_job_has_the_keys_of_kuberays_reference() -> None:
    job = read("kuberay-rayjob.yaml")
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    spec = job["spec"]
    assert set(spec) == {
        *("entrypoint", "submissionMode", "backoffLimit", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished"),
        "rayClusterSpec",
    }
    cluster = spec["rayClusterSpec"]
    assert set(cluster) == {"rayVersion", "authOptions", "headGroupSpec", "workerGroupSpecs"}
    assert cluster["authOptions"] == {"mode": "token"}
    assert f"ray[tune,default]=={cluster['rayVersion']}" in (DEPLOY.parent / "pyproject.toml").read_text()
    assert {f"--{name}" for name in cluster["headGroupSpec"]["rayStartParams"]} <= RAY_START
    pods = [group["template"]["spec"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]
    images = {container["image"] for pod in pods for container in pod["containers"]}
    assert len(images) == 1
    asked = shlex.split(spec["entrypoint"])
    assert asked[:2] == ["python", "/app/run_search.py"]
    assert {part for part in asked if part.startswith("--")} <= SEARCH

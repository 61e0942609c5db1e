"""Files for Slurm, Ray's launcher and Kubernetes: their syntax, schemas and options."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
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
    assert {"--block", "--head", "--address", "--node-name"} <= asked <= RAY_START


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


def rayjob_errors(change: Callable[[Any], object] = lambda job: None) -> list[str]:
    """What KubeRay would refuse about the RayJob after a change."""
    job = read("kuberay-rayjob.yaml")
    change(job)
    schema = yaml.safe_load((Path(__file__).parent / "rayjob_schema.yaml").read_text())
    return [error.message for error in Draft202012Validator(schema).iter_errors(job)]


def test_the_ray_job_fits_kuberays_schema() -> None:
    assert rayjob_errors() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda job: job["spec"].update(entryPoint="x"), "Additional properties are not allowed"),
        (lambda job: job["spec"]["rayClusterSpec"]["headGroupSpec"]["rayStartParams"].update({"num-cpus": 0}), "0 is"),
        (lambda job: job["spec"]["rayClusterSpec"]["authOptions"].update(mode="none"), "'none' is not one of"),
        (lambda job: job["spec"]["rayClusterSpec"]["workerGroupSpecs"][0].pop("minReplicas"), "'minReplicas' is a"),
    ],
)
def test_a_ray_job_that_kuberay_would_refuse_does_not_fit(change: Callable[[Any], object], message: str) -> None:
    (error,) = rayjob_errors(change)
    assert error.startswith(message)


def test_the_ray_job_runs_a_search_with_options_that_exist_on_nodes_of_one_image() -> None:
    spec = read("kuberay-rayjob.yaml")["spec"]
    cluster = spec["rayClusterSpec"]
    assert f"ray[tune,default]=={cluster['rayVersion']}" in (DEPLOY.parent / "pyproject.toml").read_text()
    assert {f"--{name}" for name in cluster["headGroupSpec"]["rayStartParams"]} <= RAY_START
    pods = [group["template"]["spec"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]
    assert len({container["image"] for pod in pods for container in pod["containers"]}) == 1
    asked = shlex.split(spec["entrypoint"])
    assert asked[:2] == ["lstnet-search", "search"]
    assert {part for part in asked if part.startswith("--")} <= SEARCH
    assert shlex.split(shlex.join(asked)) == asked == spec["entrypoint"].split(), "nothing that a shell would change"

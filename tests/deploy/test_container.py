"""The Dockerfile, without a daemon that could build it: its files, its user, and what it installs."""

import os
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = """#!/bin/bash
echo "$@" >>"$CALLS"
[[ "$*" != *" -r "* ]] || grep -oE "^[A-Za-z0-9_.-]+==[^ ]+" "${@: -1}" >>"$CALLS.packages"
"""


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and their arguments, each on one line."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_runs_the_command_as_a_user_without_rights() -> None:
    by_name = dict(instructions())
    assert by_name["USER"] == "search"
    assert by_name["ENTRYPOINT"] == '["lstnet-search"]'
    last_root = max(place for place, (word, _) in enumerate(instructions()) if word == "RUN")
    assert next(place for place, (word, _) in enumerate(instructions()) if word == "USER") > last_root


def test_what_the_image_needs_is_there_and_reaches_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    copied = [name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]]
    # The package's build reads these.
    needed = ["pyproject.toml", "README.md", "LICENSE", "NOTICE", "lstnet_search", "search_spaces", "run_search.py"]
    for name in (*copied, *needed):
        assert (ROOT / name).exists(), name
        assert not any(fnmatch(name, pattern) for pattern in ignored), name


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_the_packages_are_those_of_the_lock(tmp_path: Path, device: str) -> None:
    pip, calls = tmp_path / "pip", tmp_path / "calls"
    pip.write_text(PIP)
    pip.chmod(0o755)
    subprocess.run(
        ["bash", "deploy/install_lock.sh", device, "requirements.lock"],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls)},
        check=True,
    )
    locked = re.findall(r"^[A-Za-z0-9_.-]+==[^ ]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    installed = (tmp_path / "calls.packages").read_text().split()
    first, *others = calls.read_text().splitlines()
    assert first.startswith("install --no-cache-dir --no-deps --require-hashes -r ")
    if device == "cuda":
        assert (installed, others) == (locked, [])
        return
    left_out = [name for name in locked if name not in installed]
    pytorch = [name for name in left_out if name.startswith("torch")]
    assert all(re.match("torch|triton|nvidia-|cuda-", name) for name in left_out)
    assert [name for name in installed if re.match("triton|nvidia|cuda|torch", name)] == []
    assert [name.partition("==")[0] for name in pytorch] == ["torch", "torchvision"]
    (call,) = others
    assert call.split()[-2:] == pytorch
    assert "--index-url https://download.pytorch.org/whl/cpu" in call


def test_another_device_is_refused() -> None:
    command = ["bash", "deploy/install_lock.sh", "tpu", "requirements.lock"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "error: DEVICE=tpu must be cpu or cuda\n")

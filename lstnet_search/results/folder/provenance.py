"""Records what a result was made with: versions, machine and commit."""

import os
import platform
import subprocess  # nosec B404  # only runs git
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

_PACKAGES = ("lstnet-search", "torch", "ray", "optuna", "numpy", "pyarrow", "pydantic", "safetensors")


def provenance() -> dict[str, object]:
    """Versions, machine and commit, as `search.yaml` records them."""
    return {
        "versions": {"python": platform.python_version()} | _versions(),
        "machine": f"{platform.system()} {platform.machine()}, {_processor()}",
        "git_commit": _commit(),
    }


def _versions() -> dict[str, str]:
    versions = {}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):  # a single training needs neither Ray nor Optuna
            versions[name] = version(name)
    return versions


def _processor() -> str:
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} × {torch.cuda.get_device_name()}"
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "CPU")
    return f"{model}, {torch.backends.cpu.get_cpu_capability()}, {os.cpu_count()} cores"


def _commit() -> str:
    """The commit of the running checkout, with "+changes" if it was edited; empty outside a checkout.

    An installed package may lie within the checkout of another project, which does not track this file.
    """
    try:
        _git("ls-files", "--error-unmatch", Path(__file__).name)
        return _git("describe", "--always", "--abbrev=40", "--dirty=+changes", "--exclude=*")
    except (OSError, subprocess.SubprocessError):  # no git, no checkout, or a disk that takes too long
        return ""


def _git(*arguments: str) -> str:
    found = subprocess.run(  # noqa: S603  # nosec B603 B607  # fixed commands, with the user's git
        ["git", *arguments],  # noqa: S607
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    return found.stdout.strip()

"""Everything that a training needs to resume, as named tensors: no code, no pickle."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from lstnet_search.errors import InputError, show
from lstnet_search.io.safe_read import read_regular
from lstnet_search.io.versions import check_version

State = dict[str, Tensor]

_TENSORS = "state.safetensors"
HEADER = "state.json"
FILES = (_TENSORS, HEADER)
"""Names of the files in a checkpoint."""
FORMAT_VERSION = 1


def module_state(module: nn.Module, prefix: str) -> State:
    """Parameters and buffers, with `prefix.` before their names."""
    return {f"{prefix}.{name}": tensor for name, tensor in module.state_dict().items()}


def load_module(module: nn.Module, state: State, prefix: str) -> None:
    """Load what `module_state` returned."""
    module.load_state_dict(under(state, prefix))


def under(state: State, prefix: str) -> State:
    """The tensors whose names start with `prefix.`, named without it."""
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in state.items() if name.startswith(start)}


def optimiser_state(optimiser: torch.optim.Optimizer, prefix: str) -> State:
    """An optimiser's state for each parameter, named `prefix.<index of the parameter>.<name>`."""
    per_parameter = optimiser.state_dict()["state"]
    return {
        f"{prefix}.{index}.{name}": torch.as_tensor(value)
        for index, values in per_parameter.items()
        for name, value in values.items()
    }


def load_optimiser(optimiser: torch.optim.Optimizer, state: State, prefix: str) -> None:
    """Load what `optimiser_state` returned. Learning rates and betas stay those of the settings."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    per_parameter: dict[int, dict[str, Tensor]] = {}
    for key, tensor in under(state, prefix).items():
        index, name = key.split(".")
        per_parameter.setdefault(int(index), {})[name] = _laid_out_as(parameters[int(index)], tensor)
    optimiser.load_state_dict(optimiser.state_dict() | {"state": per_parameter})


def _laid_out_as(parameter: Tensor, tensor: Tensor) -> Tensor:
    """A copy in the memory layout of the parameter, which the fused optimiser assumes."""
    if tensor.shape != parameter.shape:  # Adam's count of updates, a scalar
        return tensor
    return torch.empty_like(parameter, dtype=tensor.dtype).copy_(tensor)


def write_state(folder: Path, state: State, header: dict[str, Any]) -> None:
    """Write a checkpoint. The header is written last, and a folder without a header is not a checkpoint.

    Args:
        folder: an existing, empty folder.
        state: tensors on any device.
        header: JSON-serialisable values, such as the step. The format version and the tensors' digest are added.
    """
    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()})
    (folder / _TENSORS).write_bytes(content)
    digest = sha256(content).hexdigest()
    header = {"format_version": FORMAT_VERSION, "sha256": digest} | header
    (folder / HEADER).write_text(json.dumps(header), encoding="utf-8")


def parse_header(content: bytes, where: str) -> dict[str, Any]:
    """Parse the header of a checkpoint.

    Args:
        content: bytes of its file.
        where: name of the file, for messages.

    Raises:
        InputError: if it cannot be read, or has another format version.
    """
    try:
        header = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} cannot be read as a checkpoint header: {error}") from None
    header = check_version(header, FORMAT_VERSION, where)
    for name, kinds in (("step", int), ("trial", int), ("seconds", int | float)):
        if not isinstance(header.get(name, 0), kinds):
            raise InputError(f"{where} cannot be read as a checkpoint header: {name} is {show(header[name])}")
    return {"step": 0, "seconds": 0.0} | header


def read_state(folder: Path) -> tuple[State, dict[str, Any]]:
    """Read the tensors of a checkpoint to the CPU, and its header.

    Raises:
        InputError: if anything is missing or truncated, or the tensors do not match the digest in the header.
    """
    path = folder / HEADER
    try:
        header = parse_header(read_regular(path), str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read as a checkpoint header: {error}") from error
    path = folder / _TENSORS
    try:
        content = read_regular(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if sha256(content).hexdigest() != header.get("sha256"):
        raise InputError(f"{path} is damaged: its digest differs from the one in the header; use an earlier checkpoint")
    try:
        return load(content), header
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path} is not a safetensors file: {error}; use an earlier checkpoint") from None

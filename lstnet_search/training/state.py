"""Everything that a training needs to go on, as tensors by name: no code, no pickle."""

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
"""Of a checkpoint."""
FORMAT_VERSION = 1


def module_state(module: nn.Module, prefix: str) -> State:
    """Parameters and buffers under `prefix.`."""
    return {f"{prefix}.{name}": tensor for name, tensor in module.state_dict().items()}


def load_module(module: nn.Module, state: State, prefix: str) -> None:
    """Put back what `module_state` gave."""
    module.load_state_dict(under(state, prefix))


def under(state: State, prefix: str) -> State:
    """The tensors under `prefix.`, without it."""
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in state.items() if name.startswith(start)}


def optimiser_state(optimiser: torch.optim.Optimizer, prefix: str) -> State:
    """What an optimiser remembers of each parameter, under `prefix.<parameter>.<name>`."""
    remembered = optimiser.state_dict()["state"]
    return {
        f"{prefix}.{index}.{name}": torch.as_tensor(value)
        for index, values in remembered.items()
        for name, value in values.items()
    }


def load_optimiser(optimiser: torch.optim.Optimizer, state: State, prefix: str) -> None:
    """Put back what `optimiser_state` gave; rates and betas stay those of the settings."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    remembered: dict[int, dict[str, Tensor]] = {}
    for key, tensor in under(state, prefix).items():
        index, name = key.split(".")
        remembered.setdefault(int(index), {})[name] = _laid_out_as(parameters[int(index)], tensor)
    optimiser.load_state_dict(optimiser.state_dict() | {"state": remembered})


def _laid_out_as(parameter: Tensor, remembered: Tensor) -> Tensor:
    """A copy in the parameter's own memory layout, as which the fused update reads it."""
    if remembered.shape != parameter.shape:  # the count of updates
        return remembered
    return torch.empty_like(parameter, dtype=remembered.dtype).copy_(remembered)


def write_state(folder: Path, state: State, header: dict[str, Any]) -> None:
    """Write a checkpoint into an existing folder, the header last: without it there is none.

    Args:
        folder: existing, empty.
        state: tensors of any device.
        header: what JSON can hold, such as the step; a digest of the tensors joins it.
    """
    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()})
    (folder / _TENSORS).write_bytes(content)
    digest = sha256(content).hexdigest()
    header = {"format_version": FORMAT_VERSION, "sha256": digest} | header
    (folder / HEADER).write_text(json.dumps(header), encoding="utf-8")


def parse_header(content: bytes, where: str) -> dict[str, Any]:
    """The header of a checkpoint.

    Args:
        content: of its file.
        where: the file, as messages name it.

    Raises:
        InputError: if it is unreadable, or of another format version.
    """
    try:
        header = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} cannot be read as a checkpoint's header: {error}") from None
    header = check_version(header, FORMAT_VERSION, where)
    for name, kinds in (("step", int), ("trial", int), ("seconds", int | float)):
        if not isinstance(header.get(name, 0), kinds):
            raise InputError(f"{where} cannot be read as a checkpoint's header: {name} is {show(header[name])}")
    return {"step": 0, "seconds": 0.0} | header


def read_state(folder: Path) -> tuple[State, dict[str, Any]]:
    """Tensors, on the CPU, and header of a checkpoint.

    Raises:
        InputError: if anything is missing, truncated, or does not match the header's digest.
    """
    path = folder / HEADER
    try:
        header = parse_header(read_regular(path), str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read as a checkpoint's header: {error}") from error
    path = folder / _TENSORS
    try:
        content = read_regular(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if sha256(content).hexdigest() != header.get("sha256"):
        raise InputError(f"{path} is damaged: its digest differs from the header's; use an earlier checkpoint")
    try:
        return load(content), header
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path} is no safetensors file: {error}; use an earlier checkpoint") from None

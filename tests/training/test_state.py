import json
from pathlib import Path

import pytest
import torch

from lstnet_search.errors import InputError
from lstnet_search.training import read_state, write_state

STATE = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.tensor(7, dtype=torch.int64)}


def test_a_state_comes_back_with_its_dtypes_and_header(tmp_path: Path) -> None:
    write_state(tmp_path, STATE, {"step": 12, "seconds": 3.5})
    state, header = read_state(tmp_path)
    assert state.keys() == STATE.keys()
    assert all(torch.equal(state[name], tensor) and state[name].dtype == tensor.dtype for name, tensor in STATE.items())
    assert header["step"] == 12
    assert header["seconds"] == 3.5


def test_a_folder_without_a_header_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as a checkpoint header"):
        read_state(tmp_path)


@pytest.mark.parametrize("kept", [0, 10, -1])
def test_truncated_tensors_are_recognised(tmp_path: Path, kept: int) -> None:
    write_state(tmp_path, STATE, {"step": 1})
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match="is damaged"):
        read_state(tmp_path)


def test_another_format_version_is_refused(tmp_path: Path) -> None:
    write_state(tmp_path, STATE, {"step": 1})
    path = tmp_path / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 2}))
    with pytest.raises(InputError, match="format_version 2; this version reads 1"):
        read_state(tmp_path)


def test_missing_tensors_are_reported(tmp_path: Path) -> None:
    write_state(tmp_path, STATE, {"step": 1})
    (tmp_path / "state.safetensors").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        read_state(tmp_path)

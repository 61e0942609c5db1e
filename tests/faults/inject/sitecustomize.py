"""Makes a training step of one trial fail, in whatever process the trial runs, without any hook in the tested code.

Python imports this module at start if its folder is on PYTHONPATH. The file that `LSTNET_FAULTS` names is read when a
trial starts. It holds a JSON list of objects with `kind` ("oom" or "nan"), `w1` of the trial, `step` (counted from 1
in the trial's process), and `flag`, a file to which the time is written when the fault occurs.
"""

import importlib.abc
import importlib.util
import json
import os
import sys
import time
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

MODULE = "lstnet_search.methods.lstnet"
FAULTS = "LSTNET_FAULTS"


class PatchingFinder(importlib.abc.MetaPathFinder):
    """Finds one module, and patches it after it has been executed."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The spec of the module, whose loader patches it; None for any other module."""
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def execute_and_patch(module: Any) -> None:
            execute(module)
            _patch(module.LSTNet)

        loader.exec_module = execute_and_patch
        return spec


def _patch(method: Any) -> None:
    initialize, step = method.__init__, method.step

    def initialize_and_count(self: Any, config: Any, *arguments: Any, **named: Any) -> None:
        initialize(self, config, *arguments, **named)
        self.faults, self.steps_taken = [fault for fault in _faults() if fault["w1"] == config.w1], 0

    def faulty_step(self: Any, x_a: Any, x_b: Any) -> Any:
        self.steps_taken += 1
        for fault in self.faults:
            if self.steps_taken == fault["step"]:
                x_a = _inject(fault, x_a)
        return step(self, x_a, x_b)

    method.__init__, method.step = initialize_and_count, faulty_step


def _faults() -> list[dict[str, Any]]:
    file = Path(os.environ[FAULTS])
    found: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    return found


def _inject(fault: dict[str, Any], images: Any) -> Any:
    flag = Path(fault["flag"])
    if fault["kind"] == "oom":
        if not flag.exists():  # the retry has enough memory
            import torch

            _write_time(flag)
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
        return images
    _write_time(flag)
    return images * float("nan")


def _write_time(flag: Path) -> None:
    flag.write_text(str(time.monotonic()))


if FAULTS in os.environ:
    sys.meta_path.insert(0, PatchingFinder())

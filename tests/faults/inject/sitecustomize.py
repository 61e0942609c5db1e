"""Makes a step of one trial fail, in whichever process it is taken, without a word of it in the code that is tested.

Python imports this module as it starts where its folder is on PYTHONPATH. What is to happen stands in the file that
`LSTNET_FAULTS` names, as it is when a trial's process takes it up: a JSON list of objects with `kind` ("oom" or "nan"),
`w1` of the trial, `step` of its process from 1, and `flag`, a file that is written when it happens.
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


class Wrapping(importlib.abc.MetaPathFinder):
    """Finds one module, and changes it when it has been run."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Where the module is, and that it is to be changed."""
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        loader: Any = spec.loader
        run = loader.exec_module

        def run_and_wrap(module: Any) -> None:
            run(module)
            _wrap(module.LSTNet)

        loader.exec_module = run_and_wrap
        return spec


def _wrap(method: Any) -> None:
    begin, step = method.__init__, method.step

    def begin_and_count(self: Any, config: Any, *arguments: Any, **named: Any) -> None:
        begin(self, config, *arguments, **named)
        self.faults, self.steps_taken = [fault for fault in _faults() if fault["w1"] == config.w1], 0

    def faulty_step(self: Any, x_a: Any, x_b: Any) -> Any:
        self.steps_taken += 1
        for fault in self.faults:
            if self.steps_taken == fault["step"]:
                x_a = _strike(fault, x_a)
        return step(self, x_a, x_b)

    method.__init__, method.step = begin_and_count, faulty_step


def _faults() -> list[dict[str, Any]]:
    file = Path(os.environ[FAULTS])
    found: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    return found


def _strike(fault: dict[str, Any], images: Any) -> Any:
    flag = Path(fault["flag"])
    if fault["kind"] == "oom":
        if not flag.exists():  # memory is free again when it is tried again
            import torch

            _note(flag)
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
        return images
    _note(flag)
    return images * float("nan")


def _note(flag: Path) -> None:
    flag.write_text(str(time.monotonic()))


if FAULTS in os.environ:
    sys.meta_path.insert(0, Wrapping())

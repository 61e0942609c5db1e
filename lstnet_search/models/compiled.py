"""The functions of `fused.c`, compiled when they are first needed, by the machine's own C compiler."""

import ctypes
import shutil
import subprocess  # nosec B404  # only runs the compiler
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch

Real = Literal["float", "double"]

_SOURCE = Path(__file__).with_name("fused.c")
_FLAGS = ("-O3", "-fno-trapping-math", "-fno-math-errno", "-shared", "-fPIC")
_VECTORS = {"AVX2": ("-mavx2", "-mfma"), "AVX512": ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma")}
"""Further flags, by what PyTorch says of the processor."""

_POINTER, _SIZE, _NUMBER = ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_double
_ARGUMENTS = {
    "normalise": (*[_POINTER] * 2, *[_SIZE] * 2, *[_POINTER] * 6, *[_NUMBER] * 3),
    "normalise_backward": (*[_POINTER] * 4, *[_SIZE] * 2, *[_POINTER] * 5, _NUMBER),
    "pool": (*[_POINTER] * 2, *[_SIZE] * 4, _NUMBER),
    "pool_backward": (*[_POINTER] * 4, *[_SIZE] * 4, _NUMBER),
}


@cache
def library(real: Real) -> ctypes.CDLL | None:
    """The functions for numbers of a type, or None if this machine cannot compile or load them.

    Compiling takes half a second, so each process does it anew: there is no file that another program could replace.
    """
    compiler = _compiler()
    if compiler is None:
        return None
    with TemporaryDirectory() as folder:
        file = Path(folder) / "fused.so"
        command = [compiler, *_flags(), f"-DREAL={real}", "-o", str(file), str(_SOURCE), "-lm"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603  # nosec B603
            if done.returncode:
                return None
            functions = ctypes.CDLL(str(file))
        except (OSError, subprocess.TimeoutExpired):  # for example, a temporary folder that nothing may run from
            return None
    for name, arguments in _ARGUMENTS.items():
        function = getattr(functions, name)
        function.argtypes, function.restype = arguments, None
    return functions


def digest() -> str:
    """A short digest of what is compiled and how, or "" if this machine does not compile."""
    if library("float") is None:
        return ""
    return sha256(_SOURCE.read_bytes() + " ".join(_flags()).encode()).hexdigest()[:16]


def _compiler() -> str | None:
    if sys.platform != "linux":  # on macOS, calling a compiler that is not installed opens a window
        return None
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def _flags() -> tuple[str, ...]:
    return *_FLAGS, *_VECTORS.get(torch.backends.cpu.get_cpu_capability(), ())

"""The folders in which the tool caches what it can recreate."""

import os
from pathlib import Path
from typing import Literal


def default_cache_dir(kind: Literal["classifiers", "images"]) -> Path:
    """The folder `lstnet-search/KIND` in `$XDG_CACHE_HOME`, or in `~/.cache` if that is not set."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "lstnet-search" / kind

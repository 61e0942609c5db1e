"""Contexts of runs that never train."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.stop_request import StopRequest

SPACE = Path(__file__).parents[1] / "search_spaces" / "weight_ratios.yaml"
DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")


def search_config(**settings: Any) -> SearchConfig:
    """A search of two trials, ranked by the target accuracy."""
    known: dict[str, Any] = {
        "preset": "cpu",
        "trial": PRESETS["cpu"].trial,
        "trials": 2,
        "space_file": str(SPACE),
        "space": Space.read(SPACE),
        "select_by": "target_accuracy",
    }
    return SearchConfig(**(known | settings))


def make_context(
    path: Path, *, run: Run | None = None, data: Any = None, stop_request: StopRequest | None = None, **settings: Any
) -> tuple[SearchContext[Any], io.StringIO]:
    """A context whose results folder has no files, and what is printed on its console."""
    out = io.StringIO()
    folder = ResultsFolder(path)
    context: SearchContext[Any] = SearchContext(
        run or Run(folder, command="the command"),
        search_config(**settings),
        folder,
        Storage.local(path),
        data
        or SimpleNamespace(
            directions=DIRECTIONS, baseline={}, validation_images={}, searched=lambda direction: DIRECTIONS
        ),
        Placement(cpus=2, gpus=0, concurrent=2),
        Console(file=out, width=200),
        stop_request or StopRequest(),
    )
    return context, out

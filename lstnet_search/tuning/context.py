"""What all parts of a running search or confirmation need."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rich.console import Console

from lstnet_search.config.search import SearchConfig
from lstnet_search.evaluation import Prepared, WholeSets
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.stop_request import StopRequest

Data = TypeVar("Data", Prepared, WholeSets)


@dataclass(frozen=True)
class SearchContext(Generic[Data]):
    """One run on a running cluster.

    Attributes:
        run: the run's options.
        config: the search's configuration; its `select_by` is set.
        folder: where the study and its tables are: the run's folder, or the confirmation's inside it.
        storage: where Ray's state and the checkpoints are.
        data: data that trials train on.
        placement: resources of each trial.
        console: prints lines and tables.
        stop_request: whether the run has to stop.
    """

    run: Run
    config: SearchConfig
    folder: ResultsFolder
    storage: Storage
    data: Data
    placement: Placement
    console: Console = field(default_factory=Console)
    stop_request: StopRequest = field(default_factory=StopRequest)

    @property
    def metric(self) -> str:
        """The metric that the search maximises and ranks its trials by."""
        assert self.config.select_by is not None
        return self.config.select_by

    @property
    def name(self) -> str:
        """Name of the search, or of its confirmation."""
        name = self.run.folder.path.name
        return name if self.folder.path == self.run.folder.path else f"{name}-{self.folder.path.name}"

"""The options of one run of a search or a confirmation.

This module does not import Ray, because commands import it before they check their options.
"""

from dataclasses import dataclass, field
from pathlib import Path

from lstnet_search.config.search import TrackerName
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage


@dataclass(frozen=True)
class Resources:
    """What a run may use.

    Attributes:
        cpus: maximum number of CPUs, or None for all.
        gpus: maximum number of GPUs, or None for all.
        simulated_gpus: number of GPUs that Ray pretends this machine has, or None for its real ones.
        max_concurrent: maximum number of trials at once, or None for as many as fit.
        per_gpu: number of trials that may share a GPU, or None to let a probe decide.
        address: address of a running cluster. None for RAY_ADDRESS or, if that is not set, a cluster on this machine.
    """

    cpus: int | None = None
    gpus: int | None = None
    simulated_gpus: int | None = None
    max_concurrent: int | None = None
    per_gpu: int | None = 1
    address: str | None = None


@dataclass(frozen=True)
class Run:
    """The options of one run, in addition to the configuration in `search.yaml`.

    Attributes:
        folder: results folder of the search.
        resume: whether to continue the search in the folder.
        resources: what the run may use.
        storage: URI of a place that every node reaches, without secrets, or None for the results folder.
        time_budget: seconds after which the run stops, or None.
        trial_timeout: seconds without a report after which a trial's process is killed, or None to derive them from
            how often the trial reports.
        data_dir: folder of the full data sets.
        command: the command as it was typed.
        log: trackers that get every report too.
    """

    folder: ResultsFolder
    resume: bool = False
    resources: Resources = field(default_factory=Resources)
    storage: str | None = None
    time_budget: float | None = None
    trial_timeout: float | None = None
    data_dir: Path = Path("data")
    command: str = ""
    log: tuple[TrackerName, ...] = ()

    @property
    def resume_command(self) -> str:
        """The command that resumes the search, with this run's options except the time budget."""
        resources = self.resources
        share = "auto" if resources.per_gpu is None else f"{1 / resources.per_gpu:.3g}"
        options = {
            "--address": resources.address,
            "--cpus": resources.cpus,
            "--gpus": resources.gpus,
            "--gpus-per-trial": None if resources.per_gpu == 1 else share,
            "--max-concurrent": resources.max_concurrent,
            "--simulate-gpus": resources.simulated_gpus,
            "--trial-timeout": None if self.trial_timeout is None else f"{self.trial_timeout:.12g}s",
        }
        given = [(option, str(value)) for option, value in options.items() if value is not None]
        given += [("--log", name) for name in self.log]
        return self.folder.resume_command(*(word for pair in given for word in pair))

    def open_storage(self) -> Storage:
        """Where Ray's state, the checkpoints and the copy of the results folder are.

        Raises:
            InputError: if that place does not exist.
        """
        if self.storage is None:
            return Storage.local(self.folder.path)
        return Storage.at(self.storage, self.folder.path.name)

"""What was asked of one run of a search or a confirmation. Without Ray: a command imports it before its checks."""

from dataclasses import dataclass, field
from pathlib import Path

from lstnet_search.config.search import TrackerName
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage


@dataclass(frozen=True)
class Resources:
    """What a run may use.

    Attributes:
        cpus: CPUs to use at most, or None for all.
        gpus: GPUs to use at most, or None for all.
        simulated_gpus: GPUs that Ray is told this machine has, or None for those that it has.
        max_concurrent: trials at once at most, or None for as many as there is room for.
        per_gpu: trials that may share a GPU, or None to let a probe decide.
        address: of a running cluster, or None for RAY_ADDRESS, or else a cluster on this machine.
    """

    cpus: int | None = None
    gpus: int | None = None
    simulated_gpus: int | None = None
    max_concurrent: int | None = None
    per_gpu: int | None = 1
    address: str | None = None


@dataclass(frozen=True)
class Run:
    """What was asked of one run, beside what `search.yaml` records.

    Attributes:
        folder: results folder of the search.
        resume: whether to go on with what the folder holds.
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
            InputError: if there is no such place.
        """
        if self.storage is None:
            return Storage.local(self.folder.path)
        return Storage.at(self.storage, self.folder.path.name)

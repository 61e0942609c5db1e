"""The typed content of `search.yaml`."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field

from lstnet_search.config import METHODS
from lstnet_search.config.domain_names import domain_name, is_domain
from lstnet_search.config.metrics import TARGET, accuracy_name, directions_of, searched_means
from lstnet_search.config.number_types import LARGEST_COUNT
from lstnet_search.config.search import POPULATION_SCHEDULERS, SearchConfig
from lstnet_search.errors import InputError, show
from lstnet_search.results.folder.yaml_record import YamlRecord, needed

RecordedCount = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
RecordedNumber = Annotated[float, Field(allow_inf_nan=False, ge=-1e100, le=1e100)]
_Name = Annotated[str, Field(pattern=r"^[\w-]+$", max_length=500)]
_Path = Annotated[str, Field(pattern=r"^[^\x00]*$")]


def _check_domain(domain: str) -> str:
    if not is_domain(domain):
        raise ValueError(f"{show(domain)} is not a domain; it must be a name, images:PATH, folder:PATH or parquet:PATH")
    return domain


def _check_method(name: str) -> str:
    if name not in METHODS:
        raise ValueError(f"{show(name)} must be one of {', '.join(METHODS)}")
    return name


_Domain = Annotated[str, AfterValidator(_check_domain)]
_Method = Annotated[str, AfterValidator(_check_method)]


class RecordedTrial(YamlRecord):
    """Settings of trial 0 that reports and comparisons read."""

    method: _Method = "lstnet"
    domains: Annotated[list[_Domain], Field(min_length=2, max_length=2)] = needed()
    data: str = needed()
    steps: Annotated[RecordedCount, Field(ge=1)] = needed()
    width: RecordedNumber | None = None
    """None for a method that has no width."""
    split_seed: RecordedCount | None = None
    seed: RecordedCount | None = None


class RecordedSimplex(YamlRecord):
    """The weights that are shares of one sum."""

    of: list[str] = Field(default_factory=list)


class RecordedSpace(YamlRecord):
    """The parts of the search space that reports read."""

    ranges: dict[str, dict[str, Any]] = Field(default_factory=dict)
    ties: dict[str, str] = Field(default_factory=dict)
    ratios: dict[str, str] = Field(default_factory=dict)
    simplex: RecordedSimplex | None = None

    @property
    def drawn(self) -> list[str]:
        """Settings that are drawn for each trial."""
        return [*self.ranges, *(self.simplex.of if self.simplex else [])]


class RecordedSearch(YamlRecord):
    """The settings of the search. A key that earlier versions did not record has the value that it had there."""

    preset: str | None = None
    trial: RecordedTrial = needed()
    space_file: str | None = None
    space: RecordedSpace = needed()
    trials: RecordedCount = needed()
    seeds: Annotated[RecordedCount, Field(ge=1)] = 1
    repeats: Annotated[RecordedCount, Field(ge=1)] = 1
    """In earlier versions, the number of seeds that each trial trained side by side."""
    direction: _Name = "both"
    select_by: _Name | None = None
    sampler: str | None = None
    scheduler: _Name = "asha"
    warm_start: _Path | None = None
    seed: RecordedCount | None = None

    @property
    def metric(self) -> str:
        """The metric that the search maximises."""
        return self.select_by or TARGET

    @property
    def tries_points(self) -> bool:
        """Whether it only tries given points, as an ablation does. Trial 0 then need not have the paper's weights."""
        return not self.space.drawn and self.trials > 1

    @property
    def reference(self) -> str:
        """What trial 0 has, with which the other trials are compared."""
        return "unchanged settings" if self.tries_points else "paper's weights"

    @property
    def can_be_enlarged(self) -> bool:
        """Whether `--add-trials` is allowed: not for given points, and not for a population."""
        return not self.tries_points and self.scheduler not in POPULATION_SCHEDULERS

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions."""
        return directions_of(*self.trial.domains)

    @property
    def domain_names(self) -> tuple[str, str]:
        """Names of both domains."""
        first, second = map(domain_name, self.trial.domains)
        return first, second

    @property
    def searched_directions(self) -> tuple[str, ...]:
        """Names of the directions that the search looks at."""
        return self.directions if self.direction in ("both", "pareto") else (self.direction,)


class SearchRecord(YamlRecord):
    """The content of `search.yaml`: the settings of the search, and the data, code and machine it runs on.

    Read `search` for figures and pages, which also show searches of earlier versions. Use `config` to continue or
    extend a search: it is complete and holds only what this version knows.
    """

    search: RecordedSearch = needed()
    command: str = ""
    storage: _Path | None = None
    data_dir: _Path = needed()
    data_fingerprint: str = needed()
    classifiers: dict[str, str] = Field(default_factory=dict)
    """A digest of each classifier's weights, by domain. Earlier versions did not record it."""
    no_translation_baseline: dict[str, RecordedNumber] = Field(default_factory=dict)
    kernels: Annotated[str, Field(pattern=r"^[0-9a-f]*$", max_length=64)] = ""
    """A digest of the compiled kernels that trials compute with, or "" if these are PyTorch's."""
    validation_images: dict[str, RecordedCount] = Field(default_factory=dict)
    """Number of images by direction. Earlier versions did not record it."""
    placement: dict[str, RecordedNumber] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    machine: str = ""
    git_commit: str = ""

    _content: dict[str, Any]

    @classmethod
    def parse(cls, content: object, where: str) -> Self:
        """Check the content of the file.

        Raises:
            InputError: if a value is not allowed.
        """
        record = super().parse(content, where)
        assert isinstance(content, dict)
        record._content = content
        return record

    @property
    def baseline(self) -> dict[str, float]:
        """The scores of plain resizing, by metric, including the means over the searched directions."""
        baseline = self.no_translation_baseline
        measured = [name for name in self.search.searched_directions if accuracy_name(name) in baseline]
        return baseline | (searched_means(baseline, measured) if measured else {})

    @property
    def config(self) -> SearchConfig:
        """The complete settings of the search.

        Raises:
            InputError: if something in them is missing, unknown or not allowed.
        """
        repeats = self.search.repeats  # raises if the key is missing
        if repeats > 1:
            raise InputError(
                f"{self._where} was searched with --repeats {repeats}, which this version does not have; "
                f"search again with --seeds {repeats}"
            )
        settings = {name: value for name, value in self._content["search"].items() if name != "repeats"}
        return SearchConfig.parse(settings, self._where)

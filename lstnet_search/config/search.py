"""What a search was asked for; with the same answers it is the same search."""

from collections.abc import Iterable
from enum import StrEnum
from math import isclose
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_validator

from lstnet_search.config.metrics import TARGET, directions_of, selectable
from lstnet_search.config.presets import PresetName
from lstnet_search.config.space.mutation import check_population
from lstnet_search.config.space.space import Space
from lstnet_search.config.trial import DEFAULT_METHOD, TrialConfig
from lstnet_search.errors import InputError, explain, show

SamplerName = Literal["tpe", "gp", "cmaes", "nsga2", "qmc", "random"]
SchedulerName = Literal["asha", "hyperband", "median", "none", "pbt", "pb2"]
POPULATION_SCHEDULERS = ("pbt", "pb2")
"""Those that change the weights of running trials."""
MAX_TRIALS = 1_000_000
MAX_REPEATS = 1000


class TrackerName(StrEnum):
    """Where reports can be written besides."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"
    WANDB = "wandb"


class SearchConfig(BaseModel):
    """All that decides which trials a search makes and how they are ranked.

    Where it runs, and for how long, is asked anew by each run of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: PresetName
    trial: SerializeAsAny[TrialConfig]
    """Settings that the space does not decide; its weights are those of trial 0."""
    points: tuple[dict[str, Any], ...] = ()
    """Settings of the trials after trial 0, each where it differs from trial 0."""
    warm_start: str | None = None
    """Results folder of another search, whose completed trials the sampler knows."""
    trials: Annotated[int, Field(ge=1, le=MAX_TRIALS)]
    repeats: Annotated[int, Field(ge=1, le=MAX_REPEATS)] = 1
    """Seeds that each trial trains in step; it is scored and stopped by their mean."""
    space_file: str
    space: Space
    direction: str = "both"
    sampler: SamplerName = "tpe"
    scheduler: SchedulerName = "asha"
    select_by: str | None = None
    """The metric that is maximised; None leaves it to what labels there are."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    deterministic: bool = False
    """Whether the same seed is to give the same tables, however many trials run at once."""

    @model_validator(mode="after")
    def _known_direction(self) -> Self:
        allowed = ("both", "pareto", *self.directions)
        if self.direction not in allowed:
            raise ValueError(f"--direction {self.direction} must be one of {', '.join(allowed)}")
        return self

    @model_validator(mode="after")
    def _known_metric(self) -> Self:
        allowed = selectable(self.trial.domains)
        if self.select_by is not None and self.select_by not in allowed:
            raise ValueError(f"--select-by {self.select_by} must be one of {', '.join(allowed)}")
        if self.direction == "pareto" and self.select_by not in (None, TARGET):
            raise ValueError(
                f"--select-by {self.select_by} must be {TARGET} with --direction pareto, which has its own objectives; "
                "leave it out, or choose another --direction"
            )
        return self

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, of the first domain to the second first."""
        return directions_of(*self.trial.domains)

    @classmethod
    def parse(cls, settings: dict[str, Any], where: str) -> Self:
        """Check what a user asked for.

        Raises:
            InputError: naming each setting that is wrong, or that keeps trial 0 out of the space.
        """
        try:
            search = cls.model_validate(settings)
        except ValidationError as error:
            raise explain(error, where) from None
        if search.space.dimensions == 0 and not search.points and search.trial.searchable():
            raise InputError(f"{search.space_file} searches nothing; give a setting a range, or use train --preset")
        search.space.point(search.trial)
        for number, point in enumerate(search.points, start=1):
            search.start(point, f"point {number}")
        if search.trials < 1 + len(search.points):
            raise InputError(
                f"--trials {search.trials} leaves no room for trial 0 and {len(search.points)} points; "
                f"raise it to at least {1 + len(search.points)}, or give fewer points"
            )
        if search.deterministic and search.scheduler != "none":
            raise InputError(
                f"--scheduler {search.scheduler} decides by how far other trials are, which differs from run to run; "
                "choose none or leave it out with --deterministic"
            )
        if search.scheduler in POPULATION_SCHEDULERS:
            if search.trial.method != DEFAULT_METHOD:
                raise InputError(
                    f"--scheduler {search.scheduler} changes weights of lstnet alone; "
                    f"choose another with --method {search.trial.method}"
                )
            check_population(search.scheduler, search.space, search.space_file)
            search._check_population()
        if search.space.dimensions == 0 and search.trials > 1 + len(search.points):
            if not search.trial.searchable():
                raise InputError(
                    f"{search.trial.method} has one trial, for it has nothing to search; leave --trials out"
                )
            raise InputError(
                f"{search.space_file} has {1 + len(search.points)} trials and searches nothing more; "
                "leave --add-trials and --trials out"
            )
        return search

    def _check_population(self) -> None:
        """Refuse what has no meaning where running trials take over each other's networks."""
        for refused, reason in (
            (self.sampler != "random", f"--sampler {self.sampler}: a population draws for itself; leave --sampler out"),
            (self.direction == "pareto", "--direction pareto: trials are compared by one number; choose another"),
            (bool(self.points), "--points: a population begins with draws of its own; leave them out"),
            (self.warm_start is not None, "--warm-start: a population learns from its own trials alone; leave it out"),
            (self.trials < 3, f"--trials {self.trials}: they are no population; raise it to at least 3"),
            (len(self.trial.report_steps) < 3, "so few reports: weights change at every second one; raise --steps"),
        ):
            if refused:
                raise InputError(f"--scheduler {self.scheduler} does not go with {reason}")

    def enlarged(self, trials: int | None) -> Self:
        """The same search with more trials."""
        return self.model_copy(update={"trials": self.trials + (trials or 0)})

    def start(self, point: dict[str, Any], where: str) -> dict[str, Any]:
        """The draw that gives the settings of a point; none where nothing is searched but points.

        Raises:
            InputError: if there is no such draw.
        """
        return self.draw_of(self.trial.override(point, where), point, where) if self.space.dimensions else {}

    def draw_of(self, trial: TrialConfig, names: Iterable[str], where: str) -> dict[str, Any]:
        """The draw that gives a trial's values of the settings named.

        Raises:
            InputError: if there is none: they lie outside the space, or it makes something else of one.
        """
        try:
            drawn = self.space.point(trial)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        given = self.trial.override(self.space.complete(drawn), where)
        for name in names:
            value, made = getattr(trial, name), getattr(given, name)
            if not (isclose(value, made, abs_tol=1e-9) if isinstance(value, float) else value == made):
                raise InputError(
                    f"{where}: {name}={show(value)}, which {self.space_file} makes {show(made)}; "
                    "leave it out, or let the space reach it"
                )
        return drawn

    def refuse_difference(self, asked: Self, where: str) -> None:
        """Refuse to go on with another search under the same name.

        Raises:
            InputError: naming the first thing that differs.
        """
        mine, theirs = self._said(), asked._said()
        for name, value in mine.items():
            if value != theirs.get(name):
                raise InputError(
                    f"{where} was begun with {name} {value}, and is asked to go on with {theirs.get(name)}; "
                    "leave the option out to go on, or choose another --name"
                )

    def _said(self) -> dict[str, Any]:
        """All that has to agree, by name."""
        budget = ("preset", "trials", "repeats")
        names = (*budget, "deterministic", "direction", "select_by", "sampler", "scheduler", "points", "warm_start")
        chosen = {name: getattr(self, name) for name in names} | {"space": self.space.content()}
        return {"method": self.trial.method} | chosen | self.trial.model_dump() | {"seed": self.seed}

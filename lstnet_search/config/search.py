"""The settings of a search. Two searches with the same settings are the same search."""

from collections.abc import Iterable
from enum import StrEnum
from math import isclose
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_validator

from lstnet_search.config.metrics import TARGET, directions_of, selectable
from lstnet_search.config.number_types import Seed
from lstnet_search.config.presets import PresetName
from lstnet_search.config.space.mutation import check_population
from lstnet_search.config.space.space import Space
from lstnet_search.config.trial import DEFAULT_METHOD, TrialConfig
from lstnet_search.errors import InputError, explain, show

SamplerName = Literal["tpe", "prior", "gp", "cmaes", "nsga2", "qmc", "random"]
SchedulerName = Literal["asha", "hyperband", "median", "none", "pbt", "pb2"]
POPULATION_SCHEDULERS = ("pbt", "pb2")
"""Schedulers that change the weights of running trials."""
MAX_TRIALS = 1_000_000
MAX_SEEDS = 100


class TrackerName(StrEnum):
    """Trackers that reports can also be written to."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"
    WANDB = "wandb"


class SearchConfig(BaseModel):
    """Everything that decides which trials a search makes and how it ranks them.

    It does not say where a search runs or for how long: each run of the search can choose that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: PresetName
    trial: SerializeAsAny[TrialConfig]
    """The settings of trial 0. All trials share the settings that the space does not decide."""
    points: tuple[dict[str, Any], ...] = ()
    """Settings of the trials after trial 0. Others come from the space if it decides them, else from trial 0."""
    warm_start: str | None = None
    """Results folder of another search, whose completed trials the sampler learns from."""
    trials: Annotated[int, Field(ge=1, le=MAX_TRIALS)]
    seeds: Annotated[int, Field(ge=1, le=MAX_SEEDS)] = 1
    """The most seeds that the settings of a trial are trained with. Each training is a trial of its own."""
    space_file: str
    space: Space
    direction: str = "both"
    sampler: SamplerName = "tpe"
    scheduler: SchedulerName = "asha"
    select_by: str | None = None
    """The metric to maximise, or None to choose it by the labels that are available."""
    seed: Seed = 0
    deterministic: bool = False
    """Whether the same seed must give the same tables, regardless of how many trials run at once."""

    @model_validator(mode="after")
    def _check_direction(self) -> Self:
        allowed = ("both", "pareto", *self.directions)
        if self.direction not in allowed:
            raise ValueError(f"--direction {self.direction} must be one of {', '.join(allowed)}")
        return self

    @model_validator(mode="after")
    def _check_metric(self) -> Self:
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
        """Names of both directions; `first_to_second` comes first."""
        return directions_of(*self.trial.domains)

    @classmethod
    def parse(cls, settings: dict[str, Any], where: str) -> Self:
        """Check what a user asked for.

        Raises:
            InputError: naming what is wrong; also if trial 0 or a point lies outside the space.
        """
        try:
            search = cls.model_validate(settings)
        except ValidationError as error:
            raise explain(error, where) from None
        search._check_points()
        if search.deterministic and search.scheduler != "none":
            raise InputError(
                f"--scheduler {search.scheduler} depends on how far other trials are, which differs from run to run; "
                "choose none or leave it out with --deterministic"
            )
        if search.scheduler in POPULATION_SCHEDULERS:
            search._check_population()
        search._check_trials()
        search._check_seeds()
        return search

    def _check_points(self) -> None:
        """Check that there is something to try, and that the space contains trial 0 and all points."""
        if self.space.dimensions == 0 and not self.points and self.trial.searchable():
            raise InputError(f"{self.space_file} searches nothing; give a setting a range, or use train --preset")
        self.space.point(self.trial)
        for number, point in enumerate(self.points, start=1):
            self.draw_of_point(point, f"point {number}")
        least = 1 + len(self.points)
        if self.trials < least:
            raise InputError(
                f"--trials {self.trials} leaves no room for trial 0 and {len(self.points)} points; "
                f"raise it to at least {least}, or give fewer points"
            )

    def _check_population(self) -> None:
        """Check that all settings suit a population, where running trials copy each other's networks."""
        if self.trial.method != DEFAULT_METHOD:
            raise InputError(
                f"--scheduler {self.scheduler} changes only the weights of {DEFAULT_METHOD}; "
                f"choose another --scheduler for {self.trial.method}"
            )
        check_population(self.scheduler, self.space, self.space_file)
        for wrong, reason in (
            (
                self.sampler != "random",
                f"--sampler {self.sampler}: a population draws its own settings; leave --sampler out",
            ),
            (
                self.direction == "pareto",
                "--direction pareto: trials are compared by one number; choose another direction",
            ),
            (bool(self.points), "--points: a population begins with its own draws; leave them out"),
            (self.warm_start is not None, "--warm-start: a population learns only from its own trials; leave it out"),
            (self.seeds > 1, f"--seeds {self.seeds}: its trials change their settings; leave --seeds out"),
            (self.trials < 3, f"--trials {self.trials}: a population needs more; raise it to at least 3"),
            (
                len(self.trial.report_steps) < 3,
                "fewer than 3 reports: weights change at every second report; raise --steps",
            ),
        ):
            if wrong:
                raise InputError(f"--scheduler {self.scheduler} does not go with {reason}")

    def _check_trials(self) -> None:
        """If only points are searched, check that there are no more trials than points."""
        most = (1 + len(self.points)) * self.seeds
        if self.space.dimensions or self.trials <= most:
            return
        if not self.trial.searchable():
            raise InputError(f"{self.trial.method} has nothing to search and only one trial; leave --trials out")
        raise InputError(
            f"{self.space_file} has {most} trials and searches nothing more; leave --add-trials and --trials out"
        )

    def _check_seeds(self) -> None:
        """Check that several seeds can give different results, and that there are enough trials for them."""
        if self.seeds == 1:
            return
        if not self.trial.searchable():
            raise InputError(
                f"--seeds {self.seeds}: {self.trial.method} trains nothing, so every seed gives the same; "
                "leave --seeds out"
            )
        if self.seeds > self.trials:
            raise InputError(
                f"--seeds {self.seeds} is more than the {self.trials} trials, and each seed takes one; "
                f"raise --trials or lower --seeds"
            )

    def enlarged(self, trials: int | None) -> Self:
        """The same search with more trials."""
        return self.model_copy(update={"trials": self.trials + (trials or 0)})

    def ended_after(self, trials: int) -> Self:
        """The same search with fewer trials, because it ended early: all points of its space are known."""
        return self.model_copy(update={"trials": trials, "seeds": min(self.seeds, trials)})

    def draw_of_point(self, point: dict[str, Any], where: str) -> dict[str, Any]:
        """The draw that gives the settings of a point; empty if only points are searched.

        Raises:
            InputError: if there is no such draw.
        """
        return self.draw_of(self.trial.override(point, where), point, where) if self.space.dimensions else {}

    def draw_of(self, trial: TrialConfig, names: Iterable[str], where: str) -> dict[str, Any]:
        """The draw that gives a trial's values of the named settings.

        Raises:
            InputError: if there is none, because a value lies outside the space or the space fixes another value.
        """
        try:
            drawn = self.space.point(trial)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        completed = self.trial.override(self.space.complete(drawn), where)
        for name in names:
            wanted, given = getattr(trial, name), getattr(completed, name)
            if not (isclose(wanted, given, abs_tol=1e-9) if isinstance(wanted, float) else wanted == given):
                raise InputError(
                    f"{where}: {name}={show(wanted)}, but {self.space_file} sets it to {show(given)}; "
                    "leave it out, or search it in the space"
                )
        return drawn

    def refuse_difference(self, requested: Self, where: str) -> None:
        """Refuse to continue a search with other settings.

        Raises:
            InputError: naming the first setting that differs.
        """
        recorded, wanted = self._compared(), requested._compared()
        for name, value in recorded.items():
            if value != wanted.get(name):
                raise InputError(
                    f"{where} was started with {name} {value} and cannot continue with {wanted.get(name)}; "
                    "leave the option out to continue, or choose another --name"
                )

    def _compared(self) -> dict[str, Any]:
        """All settings that must not change, by name. Settings that determine others come (and are reported) first."""
        first = ("preset", "trials", "seeds", "deterministic", "direction", "select_by")
        names = dict.fromkeys((*first, *type(self).model_fields))
        own = {name: getattr(self, name) for name in names if name not in ("trial", "space_file", "seed")}
        own["space"] = self.space.content()
        return {"method": self.trial.method} | own | self.trial.model_dump() | {"seed": self.seed}

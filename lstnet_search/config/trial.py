"""All settings of one training."""

from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator

from lstnet_search.config.domain_names import is_domain, name_of
from lstnet_search.config.number_types import Count, Number, Whole
from lstnet_search.errors import explain, show

Weight = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, lt=1)]

DEFAULT_METHOD = "lstnet"
METHODS: "dict[str, type[TrialConfig]]" = {}
"""The settings of each method, by its name."""


class WeightChange(BaseModel):
    """Weights of the objective that a training goes on with once it has taken a number of steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Count
    weights: Annotated[dict[str, Weight], Field(min_length=1)]
    """Those that change."""


class TrialConfig(BaseModel):
    """Everything that decides how one model is trained; complete, checked and unchangeable.

    These are the settings that every method has; the others are in a class for each, and `method`
    says which: `TrialConfig(...)` gives that class, LSTNet's where nothing is said, as `Path(...)` gives a PosixPath.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight_names: ClassVar[tuple[str, ...]] = ()
    """Settings that weigh the terms of the method's objective: those of trial 0 are the published ones."""

    method: str
    domains: tuple[str, str] = ("mnist", "usps")
    """As they are asked for: names of known sets, `folder:PATH` or `parquet:PATH`."""
    data: Literal["bundled", "full"] = "full"
    skip_bad: bool = False
    """Leave out a user's images that cannot be read, where they are few."""

    schedule: Annotated[tuple[WeightChange, ...], Field(exclude_if=lambda changes: not changes)] = ()
    """Changes of the weights during the training, ascending in step; not written down where there are none."""

    learning_rate: Annotated[Number, Field(gt=0, le=1)] = 1e-4
    beta1: Fraction = 0.8
    beta2: Fraction = 0.999
    adam_epsilon: Annotated[Number, Field(gt=0)] = 1e-8
    batch_size: Annotated[Whole, Field(ge=2, le=4096)] = 64
    """Images of each domain a step."""
    ema_decay: Fraction = 0.0
    """Decay of the average of weights that is evaluated; 0 evaluates the last weights."""

    rotation: Annotated[Number, Field(ge=0, le=180)] = 10.0
    """Largest rotation, degrees either way."""
    scale: Fraction = 0.1
    """Largest change of size: factors lie in [1 - scale, 1 + scale]."""
    shift: Annotated[Number, Field(ge=0, le=14)] = 2.0
    """Largest shift, pixels each way along each axis."""

    steps: Count = 47_000
    reports: Annotated[Whole, Field(ge=1, le=1_000_000)] = 48
    """Evenly spaced reports; fewer where there are fewer steps."""

    validation_fraction: Annotated[Number, Field(gt=0, le=0.5)] = 0.1
    split_seed: Annotated[Whole, Field(ge=0, lt=2**31)] = 0
    """Seed of the split into training and validation parts and of the classifiers."""
    seed: Annotated[Whole, Field(ge=0, lt=2**31)] = 0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    cuda_graph: bool = True
    """Record the step once as a CUDA graph and replay it; without effect on a CPU."""

    def __new__(cls, **settings: Any) -> Self:
        """An instance of the class that the method has."""
        made = super().__new__(cls._of(settings) if cls is TrialConfig else cls)
        return cast(Self, made)

    @model_validator(mode="wrap")
    @classmethod
    def _as_its_method_has_it(cls, content: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if cls is TrialConfig and not isinstance(content, TrialConfig):
            return cast(Self, cls._of(content).model_validate(content))
        return handler(content)

    @classmethod
    def _of(cls, content: Any) -> "type[TrialConfig]":
        """The class of the method that settings name."""
        name = content.get("method", DEFAULT_METHOD) if isinstance(content, dict) else DEFAULT_METHOD
        if not isinstance(name, str) or name not in METHODS:  # a list cannot even be looked for
            raise ValueError(f"method={show(name)} must be one of {', '.join(METHODS)}")
        return METHODS[name]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        name = cls.model_fields["method"].default
        if isinstance(name, str):
            METHODS[name] = cls

    @property
    def domain_names(self) -> tuple[str, str]:
        """Short names of both domains, as directions have them."""
        first, second = self.domains
        return name_of(first), name_of(second)

    @property
    def weights(self) -> dict[str, float]:
        """The weights of the method's objective by name."""
        return {name: getattr(self, name) for name in self.weight_names}

    @classmethod
    def published_weights(cls) -> dict[str, float]:
        """The weights that trial 0 has, by name."""
        return {name: cls.model_fields[name].default for name in cls.weight_names}

    def weights_after(self, step: int) -> dict[str, float]:
        """The weights by name of the step that comes after so many steps."""
        changed = self.weights
        for change in self.schedule:
            if change.step <= step:
                changed.update(change.weights)
        return changed

    @model_validator(mode="after")
    def _domains_that_can_be_named(self) -> Self:
        for asked in self.domains:
            if not is_domain(asked):
                raise ValueError(f"domains: {show(asked)} must be the name of a set, folder:PATH or parquet:PATH")
        return self

    @model_validator(mode="after")
    def _schedule_of_its_weights_in_order(self) -> Self:
        steps = [change.step for change in self.schedule]
        if steps != sorted(set(steps)):
            raise ValueError(f"the steps of the schedule, {', '.join(map(str, steps))}, must ascend; put them in order")
        for place, change in enumerate(self.schedule):
            for name in change.weights:
                if name not in self.weight_names:
                    allowed = ", ".join(self.weight_names) or "none"
                    raise ValueError(f"schedule.{place}.weights.{name} is no weight; allowed: {allowed}")
        return self

    @property
    def report_steps(self) -> tuple[int, ...]:
        """Steps after which a report is due, ascending; the last is `steps`."""
        count = min(self.reports, self.steps)
        return tuple(self.steps * index // count for index in range(1, count + 1))

    @classmethod
    def parse(cls, settings: dict[str, Any], where: str) -> Self:
        """Check settings that a user wrote.

        Raises:
            InputError: naming each setting that is wrong and `where` it stands.
        """
        try:
            return cls.model_validate(settings)
        except ValidationError as error:
            raise explain(error, where) from None

    def override(self, settings: dict[str, Any], where: str) -> Self:
        """The same with some settings changed, checked again.

        Raises:
            InputError: as `parse`.
        """
        return type(self).parse(self.model_dump() | settings, where)

    @classmethod
    def searchable(cls) -> tuple[str, ...]:
        """The settings that a space may decide: weights, others of the method alone, those of all methods."""
        own = (name for name in cls.model_fields if name not in TrialConfig.model_fields)
        names = dict.fromkeys((*cls.weight_names, *own, *TrialConfig.model_fields))
        return tuple(name for name in names if name not in FIXED_SETTINGS)


FIXED_SETTINGS = frozenset(
    {
        "method",
        "domains",
        "data",
        "skip_bad",
        "steps",
        "reports",
        "validation_fraction",
        "split_seed",
        "seed",
        "precision",
        "cuda_graph",
        "schedule",
    }
)
"""Settings that decide what a score means or who is compared with whom: never searched."""

"""All settings of one training."""

from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator

from lstnet_search.config.domain_names import domain_name, is_domain
from lstnet_search.config.number_types import (
    BatchSize,
    Count,
    Degrees,
    Fraction,
    ImageSide,
    Number,
    Pixels,
    Positive,
    Rate,
    Seed,
    Weight,
    Whole,
)
from lstnet_search.config.reading import Fit, Reading, Role
from lstnet_search.errors import explain, show

ClassifierAugmentation = Literal["wide", "narrow"]
CLASSIFIER_AUGMENTATIONS: dict[ClassifierAugmentation, dict[str, float]] = {
    "wide": {"rotation": 15.0, "scale": 0.15, "shift": 2.0, "shear": 15.0, "stretch": 0.15, "brightness": 0.3},
    "narrow": {"rotation": 10.0, "scale": 0.1, "shift": 2.0},
}
"""The random changes of images that classifiers are trained with; see the settings of the same names."""
DEFAULT_METHOD = "lstnet"
METHODS: "dict[str, type[TrialConfig]]" = {}
"""The class of each method's settings, by the method's name."""


class WeightChange(BaseModel):
    """A change of the objective's weights after a number of steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Count
    weights: Annotated[dict[str, Weight], Field(min_length=1)]
    """The weights that change; the others keep their values."""


class TrialConfig(BaseModel):
    """Everything that decides how one model is trained: complete, checked and immutable.

    This class has the settings that all methods share; each method has a subclass. `TrialConfig(...)` makes an
    instance of the subclass that `method` names (LSTNet's by default), as `Path(...)` makes a PosixPath.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight_names: ClassVar[tuple[str, ...]] = ()
    """Names of the weights in the method's objective. Their defaults are the published values, which trial 0 has."""

    method: str
    domains: tuple[str, str] = ("mnist", "usps")
    """As the user named them: known sets, `images:PATH`, `folder:PATH` or `parquet:PATH`."""
    data: Literal["bundled", "full"] = "full"
    skip_bad: bool = False
    """Whether to leave out a user's images that cannot be read, if there are only a few."""
    fit: Annotated[Fit, Field(exclude_if=lambda fit: fit == "stretch")] = "stretch"
    """How a user's images become squares. Like the settings below, it is not written to files if it has its default."""
    sides: Annotated[dict[str, ImageSide], Field(exclude_if=lambda sides: not sides)] = {}
    """Height and width, in pixels, that the images of a domain are resized to, by the domain's name."""
    columns: Annotated[dict[str, dict[Role, str]], Field(exclude_if=lambda columns: not columns)] = {}
    """Columns of a user's table that hold images, labels and the split, by the domain's name."""
    common_classes: Annotated[bool, Field(exclude_if=lambda common: not common)] = False
    """Whether to use only the classes that both domains have."""

    schedule: Annotated[tuple[WeightChange, ...], Field(exclude_if=lambda changes: not changes)] = ()
    """Changes of the weights during training, in ascending order of steps; not written to files if empty."""

    learning_rate: Rate = 1e-4
    beta1: Fraction = 0.8
    beta2: Fraction = 0.999
    adam_epsilon: Positive = 1e-8
    batch_size: BatchSize = 64
    """Images of each domain per step."""
    ema_decay: Fraction = 0.0
    """Decay of the moving average of network weights that is evaluated; 0 evaluates the current weights."""

    rotation: Degrees = 10.0
    scale: Fraction = 0.1
    """Largest change of size: factors are in [1 - scale, 1 + scale]."""
    shift: Pixels = 2.0
    shear: Annotated[Degrees, Field(le=60)] = 0.0
    stretch: Fraction = 0.0
    """Largest additional change of the height alone: factors are in [1 - stretch, 1 + stretch]."""
    brightness: Fraction = 0.0
    """Largest change of brightness: pixels, 0 to 255, are multiplied by factors in [1 - brightness, 1 + brightness]."""

    steps: Count = 47_000
    reports: Annotated[Whole, Field(ge=1, le=1_000_000)] = 48
    """Number of evenly spaced reports; fewer if there are fewer steps."""

    classifier_steps: Annotated[Count, Field(ge=10)] = 2000
    """Steps in the training of each classifier."""
    classifier_augmentation: ClassifierAugmentation = "wide"
    """Random changes of images that classifiers are trained with; `narrow` are those of earlier versions."""

    validation_fraction: Annotated[Number, Field(gt=0, le=0.5)] = 0.1
    split_seed: Seed = 0
    """Seed of the classifiers and of the split into training and validation images."""
    seed: Seed = 0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    cuda_graph: bool = True
    """Record one step as a CUDA graph and replay it; no effect on a CPU."""

    def __new__(cls, **settings: Any) -> Self:
        """Make an instance of the method's class."""
        return cast(Self, super().__new__(cls._class_for(settings) if cls is TrialConfig else cls))

    @model_validator(mode="wrap")
    @classmethod
    def _validate_as_method_class(cls, content: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if cls is TrialConfig and not isinstance(content, TrialConfig):
            return cast(Self, cls._class_for(content).model_validate(content))
        return handler(content)

    @classmethod
    def _class_for(cls, settings: Any) -> "type[TrialConfig]":
        """The class of the method that settings name."""
        name = settings.get("method", DEFAULT_METHOD) if isinstance(settings, dict) else DEFAULT_METHOD
        if not isinstance(name, str) or name not in METHODS:  # `in` raises for a list
            raise ValueError(f"method={show(name)} must be one of {', '.join(METHODS)}")
        return METHODS[name]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        name = cls.model_fields["method"].default
        if isinstance(name, str):
            METHODS[name] = cls

    @property
    def domain_names(self) -> tuple[str, str]:
        """Short names of both domains, as in the names of directions."""
        first, second = self.domains
        return domain_name(first), domain_name(second)

    @property
    def reading(self) -> Reading:
        """The settings that say how images are read."""
        return Reading(self.skip_bad, self.fit, self.sides, self.columns, self.common_classes)

    @property
    def weights(self) -> dict[str, float]:
        """The weights of the method's objective, by name."""
        return {name: getattr(self, name) for name in self.weight_names}

    @classmethod
    def published_weights(cls) -> dict[str, float]:
        """The published weights, which trial 0 has, by name."""
        return {name: cls.model_fields[name].default for name in cls.weight_names}

    def weights_after(self, step: int) -> dict[str, float]:
        """The weights, by name, that the training uses after `step` steps."""
        weights = self.weights
        for change in self.schedule:
            if change.step <= step:
                weights.update(change.weights)
        return weights

    @model_validator(mode="after")
    def _check_domains(self) -> Self:
        for domain in self.domains:
            if not is_domain(domain):
                raise ValueError(
                    f"domains: {show(domain)} must be the name of a set, images:PATH, folder:PATH or parquet:PATH"
                )
        for setting in ("sides", "columns"):
            for name in getattr(self, setting):
                if name not in self.domain_names:
                    raise ValueError(f"{setting}: {show(name)} must be one of {', '.join(self.domain_names)}")
        return self

    @model_validator(mode="after")
    def _check_schedule(self) -> Self:
        steps = [change.step for change in self.schedule]
        if steps != sorted(set(steps)):
            raise ValueError(f"the steps of the schedule, {', '.join(map(str, steps))}, must ascend; put them in order")
        for index, change in enumerate(self.schedule):
            for name in change.weights:
                if name not in self.weight_names:
                    allowed = ", ".join(self.weight_names) or "none"
                    raise ValueError(f"schedule.{index}.weights.{name} is not a weight; allowed: {allowed}")
        return self

    @property
    def report_steps(self) -> tuple[int, ...]:
        """Steps after which a report is due, ascending; the last one is `steps`."""
        count = min(self.reports, self.steps)
        return tuple(self.steps * index // count for index in range(1, count + 1))

    @classmethod
    def parse(cls, settings: dict[str, Any], where: str) -> Self:
        """Check settings that a user wrote.

        Raises:
            InputError: naming each wrong setting and `where` it was read.
        """
        try:
            return cls.model_validate(settings)
        except ValidationError as error:
            raise explain(error, where) from None

    def override(self, settings: dict[str, Any], where: str) -> Self:
        """A copy with some settings changed, checked again.

        Raises:
            InputError: as in `parse`.
        """
        return type(self).parse(self.model_dump() | settings, where)

    @classmethod
    def searchable(cls) -> tuple[str, ...]:
        """The settings that a space may decide: the weights, the method's other settings, then the shared ones."""
        own = (name for name in cls.model_fields if name not in TrialConfig.model_fields)
        names = dict.fromkeys((*cls.weight_names, *own, *TrialConfig.model_fields))
        return tuple(name for name in names if name not in FIXED_SETTINGS)


FIXED_SETTINGS = frozenset(
    {
        "method",
        "domains",
        "data",
        "skip_bad",
        "fit",
        "sides",
        "columns",
        "common_classes",
        "steps",
        "reports",
        "classifier_steps",
        "classifier_augmentation",
        "validation_fraction",
        "split_seed",
        "seed",
        "precision",
        "cuda_graph",
        "schedule",
    }
)
"""Settings that decide what a score means or which trials are compared. A space cannot search them."""

FIXABLE_SETTINGS = frozenset({"classifier_steps", "classifier_augmentation"})
"""Fixed settings for which a space may still give one value for all trials."""

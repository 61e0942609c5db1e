"""All settings of one training."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lstnet_search.config.domain_names import name_of
from lstnet_search.config.errors import InputError, explain, show
from lstnet_search.config.number import NotBoolean, Number, Whole

Weight = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, lt=1)]
AdversarialLoss = Literal["non_saturating", "minimax", "least_squares"]

WEIGHT_NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "wl")
"""The weights of Eq. 1, in the paper's order."""


class WeightChange(BaseModel):
    """Weights of Eq. 1 that a training goes on with once it has taken a number of steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Annotated[Whole, Field(ge=1)]
    weights: Annotated[dict[Literal["w1", "w2", "w3", "w4", "w5", "w6", "wl"], Weight], Field(min_length=1)]
    """Those that change."""


class TrialConfig(BaseModel):
    """Everything that decides how one model is trained; complete, checked and unchangeable.

    The defaults are the paper's (Friedjungova et al., ESANN 2020) or, where it is silent,
    those argued for in docs/decisions.md.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["lstnet"] = "lstnet"
    domains: tuple[str, str] = ("mnist", "usps")
    """As they are asked for: names of known sets, `folder:PATH` or `parquet:PATH`."""
    data: Literal["bundled", "full"] = "full"
    skip_bad: bool = False
    """Leave out a user's images that cannot be read, where they are few."""

    w1: Weight = 20.0
    w2: Weight = 20.0
    w3: Weight = 100.0
    w4: Weight = 100.0
    w5: Weight = 100.0
    w6: Weight = 100.0
    wl: Weight = 30.0
    schedule: Annotated[tuple[WeightChange, ...], Field(exclude_if=lambda changes: not changes)] = ()
    """Changes of the weights during the training, ascending in step; not written down where there are none."""
    adversarial_loss: AdversarialLoss = "non_saturating"

    width: Annotated[Number, Field(gt=0, le=4)] = 1.0
    latent_stride: Annotated[Literal[1, 3], NotBoolean] = 1
    batch_norm_momentum: Annotated[Number, Field(gt=0, le=1)] = 0.01
    """In PyTorch's sense: the share of the newest batch."""

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

    steps: Annotated[Whole, Field(ge=1)] = 47_000
    reports: Annotated[Whole, Field(ge=1)] = 48
    """Evenly spaced reports; fewer where there are fewer steps."""

    validation_fraction: Annotated[Number, Field(gt=0, le=0.5)] = 0.1
    split_seed: Annotated[Whole, Field(ge=0, lt=2**31)] = 0
    """Seed of the split into training and validation parts and of the classifiers."""
    seed: Annotated[Whole, Field(ge=0, lt=2**31)] = 0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    cuda_graph: bool = True
    """Record the step once as a CUDA graph and replay it; without effect on a CPU."""

    @property
    def domain_names(self) -> tuple[str, str]:
        """Short names of both domains, as directions have them."""
        first, second = self.domains
        return name_of(first), name_of(second)

    @property
    def weights(self) -> dict[str, float]:
        """The weights of Eq. 1 by name."""
        return {name: getattr(self, name) for name in WEIGHT_NAMES}

    def weights_after(self, step: int) -> dict[str, float]:
        """The weights by name of the step that comes after so many steps."""
        changed = self.weights
        for change in self.schedule:
            if change.step <= step:
                changed.update({str(name): weight for name, weight in change.weights.items()})
        return changed

    @model_validator(mode="after")
    def _scheduled_in_order(self) -> Self:
        steps = [change.step for change in self.schedule]
        if steps != sorted(set(steps)):
            raise ValueError(f"the steps of the schedule, {', '.join(map(str, steps))}, must ascend; put them in order")
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

SEARCHABLE_SETTINGS = tuple(name for name in TrialConfig.model_fields if name not in FIXED_SETTINGS)


def check_name(name: str, where: str) -> None:
    """Check that there is such a setting and that a space may decide it.

    Raises:
        InputError: if not.
    """
    if name not in TrialConfig.model_fields:
        allowed = ", ".join(SEARCHABLE_SETTINGS)
        raise InputError(f"unknown setting {show(name)} in {where}; allowed: {allowed}")
    if name in FIXED_SETTINGS:
        raise InputError(f"'{name}' cannot be searched, for scores could not be compared; remove it from {where}")


def check_setting(name: str, value: Any, where: str, part: str = "") -> Any:
    """Check one value of one searchable setting.

    Args:
        name: the setting.
        value: what was written.
        where: the file, for messages.
        part: which of its values that is, if it has more than one ("lower bound 'low' of w3").

    Returns:
        The value as a trial has it: `w3: 100` is 100.0.

    Raises:
        InputError: if the setting is unknown, not searchable, or cannot take the value.
    """
    check_name(name, where)
    try:
        return getattr(TrialConfig.model_validate({name: value}), name)
    except ValidationError as error:
        raise explain(error, where, part) from None

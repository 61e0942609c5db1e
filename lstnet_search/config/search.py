"""What a search was asked for; with the same answers it is the same search."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lstnet_search.config.errors import InputError, explain
from lstnet_search.config.metrics import selectable
from lstnet_search.config.presets import PresetName
from lstnet_search.config.space import Space
from lstnet_search.config.trial import TrialConfig


class SearchConfig(BaseModel):
    """All that decides which trials a search makes and how they are ranked.

    Where it runs, and for how long, is asked anew by each run of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: PresetName
    trial: TrialConfig
    """Settings that the space does not decide; its weights are those of trial 0."""
    trials: Annotated[int, Field(ge=1, le=1_000_000)]
    space_file: str
    space: Space
    direction: str = "both"
    select_by: str | None = None
    """The metric that is maximised; None leaves it to what labels there are."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0

    @model_validator(mode="after")
    def _known_direction(self) -> Self:
        a, b = self.trial.domains
        allowed = ("both", f"{a}_to_{b}", f"{b}_to_{a}")
        if self.direction not in allowed:
            raise ValueError(f"--direction {self.direction} must be one of {', '.join(allowed)}")
        return self

    @model_validator(mode="after")
    def _known_metric(self) -> Self:
        allowed = selectable(self.trial.domains)
        if self.select_by is not None and self.select_by not in allowed:
            raise ValueError(f"--select-by {self.select_by} must be one of {', '.join(allowed)}")
        return self

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
        if search.space.dimensions == 0:
            raise InputError(f"{search.space_file} searches nothing; give a setting a range, or use train --preset")
        search.space.point(search.trial)
        return search

    def refuse_difference(self, asked: Self, where: str) -> None:
        """Refuse to go on with another search under the same name.

        Raises:
            InputError: naming the first thing that differs.
        """
        mine, theirs = self._said(), asked._said()
        for name, value in mine.items():
            if value != theirs[name]:
                raise InputError(
                    f"{where} was begun with {name} {value}, and is asked to go on with {theirs[name]}; "
                    "leave the option out to go on, or choose another --name"
                )

    def _said(self) -> dict[str, Any]:
        """All that has to agree, by name."""
        chosen = {"preset": self.preset, "trials": self.trials, "space": self.space.content()}
        ranked = {"direction": self.direction, "select_by": self.select_by}
        return chosen | ranked | self.trial.model_dump() | {"seed": self.seed}

"""What `search.yaml` and `confirmation.yaml` must hold, checked before anything is made of it.

Files of earlier versions lack some of it, so what is missing is told when it is asked for.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from lstnet_search.config import METHODS
from lstnet_search.config.domain_names import is_domain
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.number_types import LARGEST_COUNT
from lstnet_search.errors import InputError, explain, show


class Known(dict[str, Any]):
    """A mapping of a file, which says what it lacks."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        """Take over what a part of a file holds.

        Args:
            content: of the part.
            where: the file, for messages.
        """
        super().__init__(content)
        self._where = where

    def __missing__(self, name: str) -> Any:
        """Refuse.

        Raises:
            InputError: always.
        """
        raise InputError(f"{self._where} has no {show(name)}, which is needed here; restore the file")


def known_search(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """The content of `search.yaml`, checked.

    Raises:
        InputError: if something in it is not what it should be.
    """
    _check(_Recorded, content, path)
    if "search" not in content:
        return Known(content, str(path))
    search = Known(content["search"], str(path))
    for part in ("trial", "space"):
        if part in search:
            search[part] = Known(search[part], str(path))
    return Known(content | {"search": search}, str(path))


def known_confirmation(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """The content of `confirmation.yaml`, checked.

    Raises:
        InputError: if something in it is not what it should be.
    """
    _check(_Confirmation, content, path)
    return Known(content, str(path))


def _check(kind: type[BaseModel], content: dict[str, Any], path: Path) -> None:
    try:
        kind.model_validate(content)
    except ValidationError as error:
        raise explain(error, f"{path}; restore the file") from None


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, arbitrary_types_allowed=True)


def _domain(asked: str) -> str:
    if not is_domain(asked):
        raise ValueError(f"{show(asked)} is no domain; it must be a name, folder:PATH or parquet:PATH")
    return asked


def _method(name: str) -> str:
    if name not in METHODS:
        raise ValueError(f"{show(name)} must be one of {', '.join(METHODS)}")
    return name


_Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
_Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e100, le=1e100)]
_Name = Annotated[str, Field(pattern=r"^[\w-]+$", max_length=500)]
_Place = Annotated[str, Field(pattern=r"^[^\x00]*$")]
_Pair = Annotated[list[_Finite], Field(min_length=2, max_length=2)]


class _Trial(_Part):
    method: Annotated[str, AfterValidator(_method)] = "lstnet"
    domains: Annotated[list[Annotated[str, AfterValidator(_domain)]], Field(min_length=2, max_length=2)] = []
    data: str = ""
    steps: Annotated[_Count, Field(ge=1)] = 1


class _Simplex(_Part):
    of: list[str] = []


class _Space(_Part):
    ranges: dict[str, dict[str, Any]] = {}
    ties: dict[str, str] = {}
    ratios: dict[str, str] = {}
    simplex: _Simplex | None = None


class _Search(_Part):
    trial: _Trial = _Trial()
    space: _Space = _Space()
    trials: _Count = 1
    repeats: Annotated[_Count, Field(ge=1)] = 1
    direction: _Name = "both"
    select_by: _Name | None = None
    scheduler: _Name = "asha"
    warm_start: _Place | None = None


class _Recorded(_Part):
    search: _Search = _Search()
    command: str = ""
    storage: _Place | None = None
    data_dir: _Place = ""
    data_fingerprint: str = ""
    no_translation_baseline: dict[str, _Finite] = {}
    versions: dict[str, str] = {}
    git_commit: str = ""


class _Sample(_Part):
    mean: _Finite | None
    interval: _Pair | None

    @model_validator(mode="after")
    def _interval_of_a_mean(self) -> Self:
        if self.mean is None and self.interval is not None:
            raise ValueError("an interval needs a mean")
        return self


class _Test(_Part):
    difference: _Finite | None
    interval: _Pair | None
    p: _Finite | None
    p_holm: _Finite | None
    verdict: Literal["better", "worse", "no difference shown"]


class _Candidate(_Part):
    candidate: str
    trial: _Count | None
    trainings: _Count
    failed: _Count
    metrics: dict[str, _Sample]
    against_paper: _Test | None
    against_no_translation: _Test | None

    @model_validator(mode="after")
    def _has_a_target(self) -> Self:
        if TARGET not in self.metrics:
            raise ValueError(f"candidate {show(self.candidate)} has no {TARGET}")
        return self


class _Confirmation(_Part):
    steps: _Count
    seeds: list[_Count]
    opening: _Count
    sentence: str
    command: str = ""
    git_commit: str = ""
    test_fingerprint: str = ""
    candidates: list[_Candidate]

    @model_validator(mode="after")
    def _has_a_winner(self) -> Self:
        names = [each.candidate for each in self.candidates]
        if "best" not in names or len(set(names)) < len(names):
            raise ValueError("there must be one candidate 'best', and none twice")
        return self

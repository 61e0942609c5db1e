"""The typed content of `confirmation.yaml`; `confirmation.verdict` describes the file."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lstnet_search.config.metrics import TARGET
from lstnet_search.errors import show
from lstnet_search.results.confirmation.paired_tests import Outcome
from lstnet_search.results.confirmation.plan import BEST, NO_TRANSLATION
from lstnet_search.results.folder.search_record import RecordedCount, RecordedNumber
from lstnet_search.results.folder.yaml_record import YamlRecord, needed
from lstnet_search.results.study.records import PAPER_TRIAL

_Interval = Annotated[list[RecordedNumber], Field(min_length=2, max_length=2)]


class RecordedMean(YamlRecord):
    """A metric's mean over the seeds, with its 95 % interval."""

    mean: RecordedNumber | None
    interval: _Interval | None

    @property
    def half_width(self) -> float | None:
        """Half of the width of the interval."""
        return None if self.interval is None else (self.interval[1] - self.interval[0]) / 2

    @model_validator(mode="after")
    def _interval_has_a_mean(self) -> Self:
        if self.mean is None and self.interval is not None:
            raise ValueError("an interval needs a mean")
        return self


class RecordedTest(YamlRecord):
    """A paired test of two candidates."""

    difference: RecordedNumber | None
    interval: _Interval | None
    p: RecordedNumber | None
    p_holm: RecordedNumber | None
    verdict: Outcome


class RecordedCandidate(YamlRecord):
    """The results of a candidate's trainings."""

    candidate: str
    trial: RecordedCount | None
    trainings: RecordedCount
    failed: RecordedCount
    metrics: dict[str, RecordedMean]
    against_paper: RecordedTest | None
    against_no_translation: RecordedTest | None

    @property
    def target(self) -> RecordedMean:
        """Its target accuracy."""
        return self.metrics[TARGET]

    @model_validator(mode="after")
    def _has_a_target(self) -> Self:
        if TARGET not in self.metrics:
            raise ValueError(f"candidate {show(self.candidate)} has no {TARGET}")
        return self


class ConfirmationRecord(YamlRecord):
    """The content of `confirmation.yaml`."""

    steps: RecordedCount
    seeds: list[RecordedCount]
    opening: RecordedCount
    sentence: str
    reader: str = "translated"
    classifiers: str = "those of an earlier version"
    command: str = ""
    git_commit: str = ""
    test_fingerprint: str = needed()
    candidates: list[RecordedCandidate]

    @property
    def best(self) -> RecordedCandidate:
        """The search's best trial."""
        return next(each for each in self.candidates if each.candidate == BEST)

    @property
    def paper(self) -> RecordedCandidate | None:
        """The candidate with the paper's weights, which may be the best one, or None if it was not confirmed."""
        return next((each for each in self.candidates if each.trial == PAPER_TRIAL), None)

    @property
    def no_translation(self) -> RecordedCandidate | None:
        """Plain resizing, or None if it was not tested."""
        return next((each for each in self.candidates if each.candidate == NO_TRANSLATION), None)

    @model_validator(mode="after")
    def _has_a_winner(self) -> Self:
        names = [each.candidate for each in self.candidates]
        if BEST not in names or len(set(names)) < len(names):
            raise ValueError(f"there must be one candidate {BEST!r}, and none twice")
        return self

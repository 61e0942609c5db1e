"""Which trainings a confirmation consists of; asked again with more, it is enlarged."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Self

import pandas as pd
import yaml

from lstnet_search.config import TrialConfig
from lstnet_search.config.number_types import LARGEST_COUNT
from lstnet_search.config.search import MAX_REPEATS, MAX_TRIALS, SearchConfig
from lstnet_search.errors import InputError, show
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.safe_read import read_regular
from lstnet_search.io.yaml import parse_yaml
from lstnet_search.results.folder.folder import ResultsFolder, metric_of
from lstnet_search.results.study.ranking import rank_rows, settings_of_row
from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.seeding import derive_seed

BEST, PAPER, NO_TRANSLATION = "best", "paper", "no translation"
"""Names of candidates; others are named by their place in the search's ranking."""


@dataclass(frozen=True)
class ConfirmationPlan:
    """Trainings of a confirmation: each trial with each seed.

    Attributes:
        steps: of each training.
        seeds: of trainings and classifiers, the same for each candidate.
        trials: numbers of the candidates.
    """

    steps: int
    seeds: tuple[int, ...]
    trials: tuple[int, ...]

    @classmethod
    def read(cls, folder: ResultsFolder) -> Self | None:
        """What an earlier run was asked for; None where there was none.

        Raises:
            InputError: if the file is damaged.
        """
        try:
            text = read_regular(folder.confirmation_plan_file).decode()
            content = parse_yaml(text, folder.confirmation_plan_file.name)
            plan = cls(content["steps"], tuple(content["seeds"]), tuple(content["trials"]))
            if not all(type(number) is int and number >= 0 for number in (plan.steps, *plan.seeds, *plan.trials)):
                raise ValueError("steps, seeds and trials must be whole numbers")
            return plan
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"cannot read {folder.confirmation_plan_file}: {reason}; remove {folder.confirmation} to begin anew"
            ) from None

    def write(self, folder: ResultsFolder) -> None:
        """Write it where `read` finds it."""
        folder.confirmation.mkdir(exist_ok=True)
        content = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        write_whole(folder.confirmation_plan_file, yaml.safe_dump(content, sort_keys=False))


@dataclass(frozen=True)
class Candidate:
    """Settings to confirm.

    Attributes:
        name: `best` for the search's first, `paper` for the paper's weights unless they are the
            first, else the place in the ranking.
        trial: that had them in the search.
        config: of that trial; seed and steps are the confirmation's own.
    """

    name: str
    trial: int
    config: TrialConfig

    @property
    def is_paper(self) -> bool:
        """Whether it has the paper's weights."""
        return self.trial == PAPER_TRIAL


def make_plan(
    folder: ResultsFolder, top: int, seeds: int, steps: int | None, *, paper: bool = True
) -> ConfirmationPlan:
    """What is to be trained: all that an earlier run was asked for, and what is asked for now.

    Args:
        folder: of the search.
        top: so many of the search's best trials.
        seeds: number of seeds.
        steps: of each training; None for the earlier run's, or the search's.
        paper: whether the paper's weights come with them.

    Raises:
        InputError: if less than one of anything or more than can be is asked for, there is no trial to
            confirm, trial 0 has other weights than the paper's, or an earlier run took other steps.
    """
    for option, value, most in (
        ("--top", top, MAX_TRIALS),
        ("--seeds", seeds, MAX_REPEATS),
        ("--steps", steps, LARGEST_COUNT),
    ):
        if value is not None and not 1 <= value <= most:
            raise InputError(f"{option} {show(value)} must be from 1 to {most}; change it or leave it out")
    recorded = folder.read_search()
    search = SearchConfig.parse(recorded["search"], str(folder.search_file))
    if search.trial.weights != search.trial.published_weights():
        raise InputError(
            f"trial 0 of {folder.path} does not have the paper's weights, so there is nothing to compare with; "
            "confirm the search that an ablation was made of"
        )
    best = [int(number) for number in _ranking(folder)["trial"][:top]]
    earlier = ConfirmationPlan.read(folder)
    if earlier is not None and steps is not None and steps != earlier.steps:
        raise InputError(
            f"{folder.path} was confirmed with {earlier.steps} steps a training, and is asked to go on with {steps}; "
            f"leave --steps out to go on, or remove {folder.confirmation} to begin anew"
        )
    known = earlier or ConfirmationPlan(steps or search.trial.steps, (), ())
    trained = {int(seed) for seed in folder.read_trials()["seed"]}
    return ConfirmationPlan(
        steps=known.steps,
        seeds=more_seeds(search.seed, known.seeds, seeds, trained),
        trials=tuple(dict.fromkeys([*known.trials, *best, *([PAPER_TRIAL] if paper else [])])),
    )


def more_seeds(search_seed: int, known: Sequence[int], count: int, taken: Set[int]) -> tuple[int, ...]:
    """At least `count` seeds, the known ones first.

    Args:
        search_seed: that others are derived from.
        known: of an earlier run.
        count: to be reached.
        taken: seeds that trials of the search had.
    """

    def fresh() -> Iterator[int]:
        number = 0
        while True:
            seed = derive_seed(search_seed, "confirmation", number)
            if seed not in taken and seed not in known:
                yield seed
            number += 1

    return (*known, *islice(fresh(), max(0, count - len(known))))


def candidates(folder: ResultsFolder, trials: Sequence[int]) -> list[Candidate]:
    """The candidates of these trials, by their place in the search's ranking, the paper's weights last.

    They come first if they are the search's first.

    Raises:
        InputError: if the ranking cannot be read.
    """
    search = SearchConfig.parse(folder.read_search()["search"], str(folder.search_file))
    found = []
    for place, (_, row) in enumerate(_ranking(folder).iterrows(), start=1):
        number = int(row["trial"])
        if number in trials and (place == 1 or number != PAPER_TRIAL):
            found.append(Candidate(BEST if place == 1 else str(place), number, settings_of_row(row)))
    if PAPER_TRIAL in trials and not any(candidate.is_paper for candidate in found):
        found.append(Candidate(PAPER, PAPER_TRIAL, search.trial))
    return found


def _ranking(folder: ResultsFolder) -> pd.DataFrame:
    """Rows of trials that ended and can be chosen, best first."""
    if not folder.trials_file.is_file():
        raise InputError(f"{folder.path} has no trials yet; wait for the first to end, then confirm again")
    ranked = rank_rows(folder.read_trials(), metric_of(folder.read_search()))
    ended = ranked[ranked["state"].isin(["COMPLETE", "PRUNED"])]
    if ended.empty:
        raise InputError(f"no trial of {folder.path} has ended yet; wait for the first, then confirm again")
    return ended

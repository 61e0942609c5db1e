"""Which trainings a confirmation consists of. A later run can enlarge the plan."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from itertools import count, islice
from typing import Self

import pandas as pd
import yaml

from lstnet_search.config import TrialConfig
from lstnet_search.config.number_types import LARGEST_COUNT
from lstnet_search.config.readers import LABELLER, READERS, Reader
from lstnet_search.config.search import MAX_SEEDS, MAX_TRIALS
from lstnet_search.errors import InputError, one_line, show
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.safe_read import read_regular
from lstnet_search.io.yaml import parse_yaml
from lstnet_search.methods.registry import labels_itself
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.ranking import rank_rows, settings_of_row
from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.seeding import derive_seed

DEFAULT_READER: Reader = "translated"
BEST, PAPER, NO_TRANSLATION = "best", "paper", "no translation"
"""Names of candidates. The name of any other candidate is its position in the search's ranking."""


@dataclass(frozen=True)
class ConfirmationPlan:
    """The trainings of a confirmation: each trial with each seed.

    Attributes:
        steps: Steps of each training.
        seeds: Seeds of the trainings and of their classifiers, the same for each candidate.
        trials: Numbers of the trials that are candidates.
        reader: How images are labelled for the verdict, see `evaluation.readers`.
    """

    steps: int
    seeds: tuple[int, ...]
    trials: tuple[int, ...]
    reader: str

    @classmethod
    def read(cls, folder: ResultsFolder) -> Self | None:
        """The plan of an earlier run, or None if there is none.

        Raises:
            InputError: if the file is damaged.
        """
        try:
            text = read_regular(folder.confirmation_plan_file).decode()
            content = parse_yaml(text, folder.confirmation_plan_file.name)
            plan = cls(
                content["steps"], tuple(content["seeds"]), tuple(content["trials"]), content.get("reader", "translated")
            )
            if not all(type(number) is int and number >= 0 for number in (plan.steps, *plan.seeds, *plan.trials)):
                raise ValueError("steps, seeds and trials must be whole numbers")
            if plan.reader not in (*READERS, LABELLER):
                raise ValueError(f"reader is {show(plan.reader)}")
            return plan
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise InputError(
                f"cannot read {folder.confirmation_plan_file}: {one_line(error)}; "
                f"remove {folder.confirmation} to start over"
            ) from None

    def write(self, folder: ResultsFolder) -> None:
        """Write the plan to the file that `read` reads."""
        folder.confirmation.mkdir(exist_ok=True)
        content = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        write_whole(folder.confirmation_plan_file, yaml.safe_dump(content, sort_keys=False))


@dataclass(frozen=True)
class Candidate:
    """Settings to confirm.

    Attributes:
        name: `best` for the search's best trial, `paper` for the paper's weights unless they are the best, else the
            position in the ranking.
        trial: Number of the trial that had these settings in the search.
        config: Settings of that trial. The confirmation has seeds and steps of its own.
    """

    name: str
    trial: int
    config: TrialConfig

    @property
    def is_paper(self) -> bool:
        """Whether it has the paper's weights."""
        return self.trial == PAPER_TRIAL


def make_plan(
    folder: ResultsFolder, top: int, seeds: int, steps: int | None, reader: Reader | None = None, *, paper: bool = True
) -> ConfirmationPlan:
    """Plan what to train: everything that an earlier run planned, and what is asked for now.

    Args:
        folder: The results folder of the search.
        top: How many of the search's best trials to confirm.
        seeds: Number of seeds.
        steps: Steps of each training, or None for those of the earlier run or of the search.
        reader: How images are labelled for the verdict, or None for the reader of the earlier run, else for
            `DEFAULT_READER`.
        paper: Whether the paper's weights are confirmed too.

    Raises:
        InputError: if a number is too low or too high, there is no trial to confirm, trial 0 does not have the paper's
            weights, the method has no such reader, or an earlier run had another number of steps or reader.
    """
    for option, value, most in (
        ("--top", top, MAX_TRIALS),
        ("--seeds", seeds, MAX_SEEDS),
        ("--steps", steps, LARGEST_COUNT),
    ):
        if value is not None and not 1 <= value <= most:
            raise InputError(f"{option} {show(value)} must be from 1 to {most}; change it or leave it out")
    search = folder.read_search().config
    if search.trial.weights != search.trial.published_weights():
        raise InputError(
            f"trial 0 of {folder.path} does not have the paper's weights, so there is nothing to compare with; "
            "confirm the search that the ablation was made from"
        )
    best = [int(number) for number in _ranking(folder)["trial"][:top]]
    earlier = ConfirmationPlan.read(folder)
    if earlier is not None and steps is not None and steps != earlier.steps:
        raise InputError(
            f"the confirmation of {folder.path} has {earlier.steps} steps per training, not {steps}; "
            f"leave --steps out to continue it, or remove {folder.confirmation} to start over"
        )
    if earlier is not None and reader is not None and reader != earlier.reader:
        raise InputError(
            f"the confirmation of {folder.path} was planned with reader {earlier.reader}, not {reader}; "
            f"leave --reader out to continue it, or remove {folder.confirmation} to start over"
        )
    own = labels_itself(search.trial)
    if own and reader is not None:
        raise InputError(f"--reader {reader} does not go with {search.trial.method}, which labels images itself")
    chosen = earlier.reader if earlier else reader or DEFAULT_READER
    plan = earlier or ConfirmationPlan(steps or search.trial.steps, (), (), chosen)
    trained = {int(seed) for seed in folder.read_trials()["seed"]}
    return ConfirmationPlan(
        steps=plan.steps,
        seeds=extend_seeds(plan.seeds, seeds, search.seed, trained),
        trials=tuple(dict.fromkeys([*plan.trials, *best, *([PAPER_TRIAL] if paper else [])])),
        reader=LABELLER if own else chosen,  # plans of earlier versions name no labeller
    )


def extend_seeds(seeds: Sequence[int], number: int, search_seed: int, taken: Set[int]) -> tuple[int, ...]:
    """Add fresh seeds until there are at least `number`.

    Args:
        seeds: Seeds of an earlier run, which are kept.
        number: How many seeds are needed.
        search_seed: The seed of the search, which fresh ones are derived from.
        taken: Seeds of the search's trials, which are not used again.
    """
    derived: Iterator[int] = (derive_seed(search_seed, "confirmation", index) for index in count())
    fresh = (seed for seed in derived if seed not in taken and seed not in seeds)
    return (*seeds, *islice(fresh, max(0, number - len(seeds))))


def candidates(folder: ResultsFolder, trials: Sequence[int]) -> list[Candidate]:
    """The candidates of these trials, in the order of the search's ranking.

    The paper's weights come last, or first if they are the search's best.

    Raises:
        InputError: if the ranking cannot be read.
    """
    found = []
    for position, (_, row) in enumerate(_ranking(folder, trials).iterrows(), start=1):
        number = int(row["trial"])
        if number in trials and (position == 1 or number != PAPER_TRIAL):
            found.append(Candidate(BEST if position == 1 else str(position), number, settings_of_row(row)))
    if PAPER_TRIAL in trials and not any(candidate.is_paper for candidate in found):
        found.append(Candidate(PAPER, PAPER_TRIAL, folder.read_search().config.trial))
    return found


def _ranking(folder: ResultsFolder, planned: Sequence[int] = ()) -> pd.DataFrame:
    """The rows of trials that have ended and have a score, best first, each settings once.

    Of trials whose settings differ only in the seed, those already planned stay, or else trial 0, or else the best.
    """
    if not folder.trials_file.is_file():
        raise InputError(f"{folder.path} has no trials yet; wait for the first to end, then confirm again")
    ranked = rank_rows(folder.read_trials(), folder.read_search().search.metric)
    ended = ranked[ranked["state"].isin(["COMPLETE", "PRUNED"])]
    if ended.empty:
        raise InputError(f"no trial of {folder.path} has ended yet; wait for the first, then confirm again")
    settings = [name for name in map(str, ended) if name.startswith("config/") and name != "config/seed"]
    equal: dict[tuple[str, ...], list[int]] = {}
    for index, values in enumerate(ended[settings].astype(str).itertuples(index=False, name=None)):
        equal.setdefault(values, []).append(index)
    numbers = ended["trial"].tolist()
    kept: list[int] = []
    for group in equal.values():
        first = next((index for index in group if numbers[index] == PAPER_TRIAL), group[0])
        kept += [index for index in group if numbers[index] in planned] or [first]
    return ended.iloc[kept]

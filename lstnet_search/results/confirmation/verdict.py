"""What a confirmation found: its table, and what that shows.

`confirmation.parquet`, a row a candidate and seed, candidates in the order of the ranking:

- `candidate` (string): `best`, the search's first; `2`, `3`, …, its place in the ranking; `paper`,
  the paper's weights; `no translation`, plain resizing. There is always one `best`. If that is trial
  0, which has the paper's weights, there is no row `paper`: `trial == 0` finds them in any case.
- `trial` (Int64): number in the search, missing for `no translation`.
- `seed` (int64): of the training and of the classifiers; the same seeds for each candidate.
- `steps` (int64): of the training, 0 for `no translation`.
- `config/<setting>` (nullable): complete settings of the training, missing for `no translation`.
- `test_accuracy_<a>_to_<b>` (float64): both directions, in [0, 1]; NaN where the training failed or
  there are no labels to tell by.
- `target_accuracy` (float64): the mean over the directions that the search looked at.
- `seconds` (float64): of the training, 0 for `no translation`.
- `error` (string): why a training failed, else empty.

`confirmation.yaml`: `format_version`, `command`, `steps`, `seeds` (list), `directions` (those in
`target_accuracy`), `confidence` 0.95, `data_fingerprint`, `test_fingerprint`, `opening` (the
how-manieth of the test sets for this study), `versions`, `machine`, `git_commit`, `winner`
{`trial`, `is_paper`}, `sentence`, and `candidates`, in the order of the table, each:

- `candidate`, `trial` (null for `no translation`), `trainings`, `failed`;
- `metrics`: by name of each accuracy column {`mean`, `standard_deviation`, `interval` [low, high]},
  null of too few values;
- `against_paper` (null for the paper's weights and `no translation`, or where those were not
  confirmed) and `against_no_translation` (of `best` alone, else null): {`pairs`, `difference`,
  `interval`, `p`, `p_holm`, `verdict`}:
  differences of `target_accuracy` by seed, the candidate's less the other's; `p_holm` is null where
  nothing is corrected, which is the case for `best`; `verdict` is `better`, `worse` or `no
  difference shown`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from lstnet_search.config.metrics import TARGET, tested_name
from lstnet_search.results.confirmation.paired_tests import (
    CONFIDENCE,
    Comparison,
    Interval,
    Sample,
    compared,
    holm,
    summed_up,
)
from lstnet_search.results.confirmation.plan import BEST, NO_TRANSLATION
from lstnet_search.results.formatting import LEAST_P, difference, p_value, percent
from lstnet_search.results.study.records import PAPER_TRIAL, cell

FORMAT_VERSION = 1


@dataclass(frozen=True)
class TrainingRow:
    """A row of the table.

    Attributes:
        candidate: its name.
        trial: number in the search; None for no translation.
        seed: of training and classifiers.
        steps: of the training.
        settings: of the training, complete; none for no translation.
        accuracies: on the test sets, by direction; of directions that can be measured.
        seconds: of the training.
        error: why it failed.
    """

    candidate: str
    trial: int | None
    seed: int
    steps: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    accuracies: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Confirmed:
    """What the trainings of a candidate show.

    Attributes:
        name: of the candidate.
        trial: number in the search; None for no translation.
        trainings: how many there are.
        failed: how many of them have no accuracy.
        metrics: over the seeds, by name.
        against_paper: None for the paper's weights and no translation.
        against_no_translation: of the winner alone.
    """

    name: str
    trial: int | None
    trainings: int
    failed: int
    metrics: dict[str, Sample]
    against_paper: Comparison | None = None
    against_no_translation: Comparison | None = None


def confirmation_table(
    rows: Sequence[TrainingRow], directions: tuple[str, str], searched: Sequence[str]
) -> pd.DataFrame:
    """The table as the module's docstring has it.

    Args:
        rows: in the order of the table.
        directions: both.
        searched: those whose mean is the target.
    """
    settings = list(dict.fromkeys(name for row in rows for name in row.settings))
    columns: dict[str, Any] = {
        "candidate": [row.candidate for row in rows],
        "trial": pd.array([row.trial for row in rows], dtype="Int64"),
        "seed": [row.seed for row in rows],
        "steps": [row.steps for row in rows],
    }
    for name in settings:  # nullable types: whole numbers stay so beside a row that has none
        columns[f"config/{name}"] = pd.array([cell(row.settings.get(name)) for row in rows])
    for direction in directions:
        values = [row.accuracies.get(direction) for row in rows]
        columns[tested_name(direction)] = pd.Series(values, dtype="float64")
    table = pd.DataFrame(columns)
    table[TARGET] = table[[tested_name(direction) for direction in searched]].mean(axis=1, skipna=False)
    table["seconds"] = pd.Series([row.seconds for row in rows], dtype="float64")
    table["error"] = [row.error for row in rows]
    return table


def conclude(table: pd.DataFrame) -> list[Confirmed]:
    """What each candidate's trainings show, in the order of the table."""
    names = [name for name in map(str, table.columns) if name == TARGET or name.startswith(tested_name(""))]
    groups = {str(name): group for name, group in table.groupby("candidate", sort=False)}
    targets = {
        name: dict(zip(known["seed"].astype(int), known[TARGET].astype(float), strict=True))
        for name, known in ((name, group[group[TARGET].notna()]) for name, group in groups.items())
    }
    found = []
    for name, group in groups.items():
        trial = None if pd.isna(group["trial"].iloc[0]) else int(group["trial"].iloc[0])
        found.append(
            Confirmed(
                name=name,
                trial=trial,
                trainings=len(group),
                failed=int(group[TARGET].isna().sum()),
                metrics={metric: summed_up(group[metric].dropna().astype(float).tolist()) for metric in names},
            )
        )
    paper = next((each.name for each in found if each.trial == PAPER_TRIAL), None)
    found = [
        each
        if paper is None or each.trial in (None, PAPER_TRIAL)
        else replace(each, against_paper=compared(targets[each.name], targets[paper]))
        for each in found
    ]
    found = [
        replace(each, against_no_translation=compared(targets[BEST], targets.get(NO_TRANSLATION, {})))
        if each.name == BEST
        else each
        for each in found
    ]
    return _corrected(found)


def _corrected(found: list[Confirmed]) -> list[Confirmed]:
    """The same with the further candidates' tests against the paper's weights corrected for their number."""
    tests = {
        each.name: each.against_paper.p
        for each in found
        if each.name != BEST and each.against_paper is not None and each.against_paper.p is not None
    }
    corrected = dict(zip(tests, holm([p for p in tests.values() if p is not None]), strict=True))
    return [
        replace(each, against_paper=replace(each.against_paper, p_holm=corrected[each.name]))
        if each.name in corrected and each.against_paper is not None
        else each
        for each in found
    ]


def sentence(found: Sequence[Confirmed]) -> str:
    """What is to be said of the winner, for people."""
    failed = [each for each in found if each.failed]
    losses = (f" {each.failed} of {each.trainings} trainings of trial {each.trial} failed." for each in failed)
    return _said_of_the_winner(found) + "".join(losses)


def _said_of_the_winner(found: Sequence[Confirmed]) -> str:
    best = next(each for each in found if each.name == BEST)
    paper = next((each for each in found if each.trial == PAPER_TRIAL), None)
    reached = f"{_reached(best)} on the test sets"
    if best is paper:
        said = f"The search found nothing better than the paper's weights: trial 0 is its best, with {reached}."
    elif paper is None:
        said = f"Trial {best.trial}, the search's best, reaches {reached}; the paper's weights were not confirmed."
    else:
        test = best.against_paper
        assert test is not None
        words = {
            "better": f"Trial {best.trial} is better than the paper's weights",
            "worse": f"Trial {best.trial}, the search's best, is worse than the paper's weights",
            "no difference shown": f"No difference is shown between trial {best.trial} and the paper's weights",
        }
        said = f"{words[test.verdict]}: {reached} against {_reached(paper)}{_shown_by(test)}."
    baseline = best.against_no_translation
    if baseline is None or not baseline.differences.count:
        return said
    words = {
        "better": "It is better than no translation",
        "worse": "It is worse than no translation",
        "no difference shown": "No difference to no translation is shown",
    }
    return f"{said} {words[baseline.verdict]}{_shown_by(baseline)}."


def confirmation_content(found: Sequence[Confirmed], about: Mapping[str, Any]) -> dict[str, Any]:
    """The content of `confirmation.yaml`, as the module's docstring has it.

    Args:
        found: what `conclude` gave.
        about: `command`, `steps`, `seeds`, `directions`, fingerprints and `opening`.
    """
    best = next(each for each in found if each.name == BEST)
    return {
        "format_version": FORMAT_VERSION,
        **about,
        "confidence": CONFIDENCE,
        "winner": {"trial": best.trial, "is_paper": best.trial == PAPER_TRIAL},
        "sentence": sentence(found),
        "candidates": [
            {
                "candidate": each.name,
                "trial": each.trial,
                "trainings": each.trainings,
                "failed": each.failed,
                "metrics": {
                    name: {
                        "mean": sample.mean,
                        "standard_deviation": sample.standard_deviation,
                        "interval": _listed(sample.interval),
                    }
                    for name, sample in each.metrics.items()
                },
                "against_paper": _test_content(each.against_paper),
                "against_no_translation": _test_content(each.against_no_translation),
            }
            for each in found
        ],
    }


def _test_content(test: Comparison | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {
        "pairs": test.differences.count,
        "difference": test.differences.mean,
        "interval": _listed(test.differences.interval),
        "p": test.p,
        "p_holm": test.p_holm,
        "verdict": test.verdict,
    }


def _listed(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)


def _reached(each: Confirmed) -> str:
    mean = each.metrics[TARGET].mean
    return "no training that succeeded" if mean is None else percent(mean)


def _shown_by(test: Comparison) -> str:
    """The difference with its interval, in points of a per cent."""
    found = test.differences
    if found.mean is None:
        return ", for no seed has both"
    if found.interval is None or test.p is None:
        return f" ({difference(TARGET, found.mean)} points with one seed, which gives no interval)"
    low, high = (difference(TARGET, end) for end in found.interval)
    return (
        f" ({difference(TARGET, found.mean)} points, 95 % interval {low} to {high}, {found.count} seeds, "
        f"p {'' if test.p < LEAST_P else '= '}{p_value(test.p)})"
    )

"""The results of a confirmation: its table, and the verdict drawn from it.

`confirmation.parquet` has one row per candidate and seed, candidates in the order of the ranking:

- `candidate` (string): `best`, the search's best trial; `2`, `3`, …, its position in the ranking; `paper`, the paper's
  weights; `no translation`, plain resizing. There is always one `best`. If it is trial 0, which has the paper's
  weights, there is no row `paper`: `trial == 0` finds them in any case.
- `trial` (Int64): number in the search, missing for `no translation`.
- `seed` (int64): of the training and of the classifiers; each candidate has the same seeds.
- `steps` (int64): of the training, 0 for `no translation`.
- `config/<setting>` (nullable): complete settings of the training, missing for `no translation`.
- `test_accuracy_<a>_to_<b>` (float64): both directions, in [0, 1]; NaN if the training failed or there are no labels.
- `target_accuracy` (float64): the mean over the directions that the search looked at.
- `<reader>/test_accuracy_<a>_to_<b>`, `<reader>/target_accuracy` (float64): the same by each reader that was
  measured: `translated`, `adapted` and `both` if the method translates, else `labeller`. The columns without a reader
  are those of the reader that the verdict goes by.
- `seconds` (float64): of the training, 0 for `no translation`.
- `error` (string): why a training failed, else empty.

`confirmation.yaml` holds `format_version`, `command`, `steps`, `seeds` (list), `reader` (whose accuracies decide),
`classifiers` (how they were trained), `directions` (those in `target_accuracy`), `confidence` 0.95, `data_fingerprint`,
`test_fingerprint`, `opening` (how often this study's test sets have been opened, counting from 1), `versions`,
`machine`, `git_commit`, `winner` {`trial`, `is_paper`}, `sentence`, and `candidates` in the order of the table, each
with:

- `candidate`, `trial` (null for `no translation`), `trainings`, `failed`;
- `metrics`: for each accuracy column {`mean`, `standard_deviation`, `interval` [low, high]}, null if there are too few
  values;
- `against_paper` (null for the paper's weights and `no translation`, or if the paper's weights were not confirmed) and
  `against_no_translation` (null except for `best`): {`pairs`, `difference`, `interval`, `p`, `p_holm`, `verdict`}.
  They compare `target_accuracy` by seed, the candidate minus the other. `p_holm` is null if nothing is corrected, as
  for `best`. `verdict` is `better`, `worse` or `no difference shown`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from lstnet_search.config.metrics import TARGET, read_name, tested_name
from lstnet_search.config.readers import LABELLER
from lstnet_search.results.confirmation.paired_tests import (
    CONFIDENCE,
    Comparison,
    Interval,
    Sample,
    compare_pairs,
    holm,
    summarize,
)
from lstnet_search.results.confirmation.plan import BEST, NO_TRANSLATION
from lstnet_search.results.formatting import LEAST_P, difference, p_value, percent
from lstnet_search.results.study.records import PAPER_TRIAL, cell

FORMAT_VERSION = 1


@dataclass(frozen=True)
class TrainingRow:
    """A row of the table.

    Attributes:
        candidate: Name of the candidate.
        trial: Number in the search, or None for no translation.
        seed: Seed of the training and the classifiers.
        steps: Steps of the training.
        settings: Complete settings of the training; empty for no translation.
        accuracies: Accuracies on the test sets, by reader and direction, as far as they can be measured.
        seconds: Duration of the training.
        error: Why it failed.
    """

    candidate: str
    trial: int | None
    seed: int
    steps: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    accuracies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class CandidateResult:
    """The results of a candidate's trainings.

    Attributes:
        name: Name of the candidate.
        trial: Number in the search, or None for no translation.
        trainings: How many trainings there are.
        failed: How many of them have no accuracy.
        metrics: Summaries over the seeds, by name.
        against_paper: Comparison with the paper's weights; None for the paper's weights and no translation.
        against_no_translation: Comparison with no translation; None except for the winner.
    """

    name: str
    trial: int | None
    trainings: int
    failed: int
    metrics: dict[str, Sample]
    against_paper: Comparison | None = None
    against_no_translation: Comparison | None = None


def confirmation_table(
    rows: Sequence[TrainingRow], directions: tuple[str, str], searched: Sequence[str], reader: str
) -> pd.DataFrame:
    """Make the table that the module's docstring describes.

    Args:
        rows: Trainings in the order of the table.
        directions: Both directions.
        searched: The directions whose mean is the target accuracy.
        reader: The reader that the verdict goes by.
    """
    settings = list(dict.fromkeys(name for row in rows for name in row.settings))
    columns: dict[str, Any] = {
        "candidate": [row.candidate for row in rows],
        "trial": pd.array([row.trial for row in rows], dtype="Int64"),
        "seed": [row.seed for row in rows],
        "steps": [row.steps for row in rows],
    }
    for name in settings:  # nullable types, so that a missing value does not turn integers into floats
        columns[f"config/{name}"] = pd.array([cell(row.settings.get(name)) for row in rows])
    measured = dict.fromkeys(name for row in rows for name in row.accuracies)
    for by in (None, *measured):  # None: the columns that the verdict goes by
        for direction in directions:
            values = [_by(row.accuracies, by or reader).get(direction) for row in rows]
            columns[read_name(by, tested_name(direction))] = pd.Series(values, dtype="float64")
        means = pd.DataFrame({name: columns[read_name(by, tested_name(name))] for name in searched})
        columns[read_name(by, TARGET)] = means.mean(axis=1, skipna=False)
    table = pd.DataFrame(columns)
    table["seconds"] = pd.Series([row.seconds for row in rows], dtype="float64")
    table["error"] = [row.error for row in rows]
    return table


def _by(accuracies: Mapping[str, Mapping[str, float]], reader: str) -> Mapping[str, float]:
    """Accuracies by a reader. Beside networks that label images themselves, no translation is read as in the paper."""
    return accuracies.get(reader) or (accuracies.get("translated", {}) if reader == LABELLER else {})


def candidate_results(table: pd.DataFrame) -> list[CandidateResult]:
    """The results of each candidate's trainings, in the order of the table."""
    metrics = [
        name for name in map(str, table.columns) if name.rpartition("/")[2].startswith((TARGET, tested_name("")))
    ]
    results, targets = [], {}
    for name, group in ((str(name), group) for name, group in table.groupby("candidate", sort=False)):
        measured = group[group[TARGET].notna()]
        targets[name] = dict(zip(measured["seed"].astype(int), measured[TARGET].astype(float), strict=True))
        results.append(
            CandidateResult(
                name=name,
                trial=None if pd.isna(group["trial"].iloc[0]) else int(group["trial"].iloc[0]),
                trainings=len(group),
                failed=len(group) - len(measured),
                metrics={metric: summarize(group[metric].dropna().astype(float).tolist()) for metric in metrics},
            )
        )
    paper = next((each.name for each in results if each.trial == PAPER_TRIAL), None)
    for index, each in enumerate(results):
        if paper is not None and each.trial not in (None, PAPER_TRIAL):
            results[index] = replace(each, against_paper=compare_pairs(targets[each.name], targets[paper]))
        if each.name == BEST:
            baseline = compare_pairs(targets[BEST], targets.get(NO_TRANSLATION, {}))
            results[index] = replace(results[index], against_no_translation=baseline)
    return _with_holm(results)


def _with_holm(results: list[CandidateResult]) -> list[CandidateResult]:
    """Correct the tests of candidates other than the best against the paper's weights for their number."""
    tests = {
        each.name: test
        for each in results
        if each.name != BEST and (test := each.against_paper) is not None and test.p is not None
    }
    corrected = holm([test.p for test in tests.values() if test.p is not None])
    tests = {name: replace(test, p_holm=p) for (name, test), p in zip(tests.items(), corrected, strict=True)}
    return [replace(each, against_paper=tests.get(each.name, each.against_paper)) for each in results]


def verdict_sentence(results: Sequence[CandidateResult]) -> str:
    """The verdict on the winner in words, and how many trainings failed."""
    failures = [
        f" {each.failed} of {each.trainings} trainings of trial {each.trial} failed." for each in results if each.failed
    ]
    return _winner_sentence(results) + "".join(failures)


def _winner_sentence(results: Sequence[CandidateResult]) -> str:
    best = next(each for each in results if each.name == BEST)
    paper = next((each for each in results if each.trial == PAPER_TRIAL), None)
    reached = f"{_score_text(best)} on the test sets"
    if best is paper:
        text = f"The search found nothing better than the paper's weights: trial 0 is its best, with {reached}."
    elif paper is None:
        text = f"Trial {best.trial}, the search's best, reaches {reached}; the paper's weights were not confirmed."
    else:
        test = best.against_paper
        assert test is not None
        words = {
            "better": f"Trial {best.trial} is better than the paper's weights",
            "worse": f"Trial {best.trial}, the search's best, is worse than the paper's weights",
            "no difference shown": f"No difference is shown between trial {best.trial} and the paper's weights",
        }
        text = f"{words[test.verdict]}: {reached} against {_score_text(paper)}{_evidence(test)}."
    baseline = best.against_no_translation
    if baseline is None or not baseline.differences.count:
        return text
    words = {
        "better": "It is better than no translation",
        "worse": "It is worse than no translation",
        "no difference shown": "No difference from no translation is shown",
    }
    return f"{text} {words[baseline.verdict]}{_evidence(baseline)}."


def confirmation_content(results: Sequence[CandidateResult], about: Mapping[str, Any]) -> dict[str, Any]:
    """The content of `confirmation.yaml`, as the module's docstring describes it.

    Args:
        results: What `candidate_results` returned.
        about: `command`, `steps`, `seeds`, `directions`, fingerprints and `opening`.
    """
    best = next(each for each in results if each.name == BEST)
    return {
        "format_version": FORMAT_VERSION,
        **about,
        "confidence": CONFIDENCE,
        "winner": {"trial": best.trial, "is_paper": best.trial == PAPER_TRIAL},
        "sentence": verdict_sentence(results),
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
                        "interval": _as_list(sample.interval),
                    }
                    for name, sample in each.metrics.items()
                },
                "against_paper": _test_content(each.against_paper),
                "against_no_translation": _test_content(each.against_no_translation),
            }
            for each in results
        ],
    }


def _test_content(test: Comparison | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {
        "pairs": test.differences.count,
        "difference": test.differences.mean,
        "interval": _as_list(test.differences.interval),
        "p": test.p,
        "p_holm": test.p_holm,
        "verdict": test.verdict,
    }


def _as_list(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)


def _score_text(result: CandidateResult) -> str:
    mean = result.metrics[TARGET].mean
    return "no score" if mean is None else percent(mean)


def _evidence(test: Comparison) -> str:
    """The difference with its interval, in percentage points, and p."""
    sample = test.differences
    if sample.mean is None:
        return ", no seed has both scores"
    if sample.interval is None or test.p is None:
        return f" ({difference(TARGET, sample.mean)} points with one seed, too few for an interval)"
    low, high = (difference(TARGET, end) for end in sample.interval)
    return (
        f" ({difference(TARGET, sample.mean)} points, 95 % interval {low} to {high}, {sample.count} seeds, "
        f"p {'' if test.p < LEAST_P else '= '}{p_value(test.p)})"
    )

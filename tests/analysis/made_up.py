"""Studies and confirmations that are made up by hand, as a search and `confirm` write them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.evaluation.samples import write_samples
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, TrialRecord

ROOT = Path(__file__).parents[2]
DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
STEPS = 1500
SPACE = Space.read(ROOT / "search_spaces" / "weight_ratios.yaml")


def make_study(
    path: Path, trials: int, *, reports: int = 12, criteria: bool = True, labelled: bool = True, samples: int = 0
) -> Path:
    """A study whose scores fall with the distance of w1/w3 from 0.3. One in six trials runs to the end.

    Every seventh trial failed without a report, and the last trial is unfinished. If USPS has no labels, only one
    direction is measured, and only by criteria.
    """
    generator = np.random.default_rng(0)
    folder = ResultsFolder(path)
    metric = "target_accuracy" if labelled else "infomax"
    folder.create(search_file(trials, metric))
    records = [record(number, trials, reports, criteria, generator) for number in range(trials)]
    folder.write_tables(records if labelled else [unlabelled(each) for each in records], metric)
    for number in range(samples):
        write_samples(folder.samples / f"{number}.npz", sample_arrays(generator, labelled))
    return path


def search_file(trials: int, metric: str) -> dict[str, Any]:
    trial = PRESETS["cpu"].trial.model_dump(mode="json")
    search = {"trial": trial, "trials": trials, "direction": "both", "select_by": metric}
    return {
        "search": search | {"space": SPACE.model_dump(mode="json")},
        "no_translation_baseline": {f"val_accuracy_{name}": 0.9 for name in DIRECTIONS},
        "data_fingerprint": "made-up",
    }


def record(number: int, trials: int, reports: int, criteria: bool, generator: np.random.Generator) -> TrialRecord:
    weights = {name: float(10 ** generator.uniform(0, 3)) for name in SPACE.ranges}
    settings = PRESETS["cpu"].trial.override({} if number == 0 else weights, "test").model_dump(mode="json")
    if number % 7 == 6:
        return TrialRecord(number, "FAIL", settings, error="DivergedError: diverged at step 3: loss_an1 is not finite")
    goal = 0.97 - 0.35 * abs(np.log10(settings["w1"] / 30)) + 0.02 * generator.normal()
    taken = reports if number == 0 or generator.random() < 1 / 6 else max(1, reports // 6)
    state = "RUNNING" if number == trials - 1 else "COMPLETE" if taken == reports else "PRUNED"
    curve = [
        ReportRecord(STEPS * place // reports, 40.0 * place, metrics(goal, place / reports, criteria, generator))
        for place in range(1, taken + 1)
    ]
    return TrialRecord(number, state, settings, curve)  # type: ignore[arg-type]  # one of its states


def unlabelled(record: TrialRecord) -> TrialRecord:
    """The same trial, as if USPS had no labels."""

    def known(name: str) -> bool:
        return not name.endswith("mnist_to_usps") and "val_" not in name and name != "target_accuracy"

    reports = [
        ReportRecord(each.step, each.seconds, {name: value for name, value in each.metrics.items() if known(name)})
        for each in record.reports
    ]
    return replace(record, reports=reports)


def metrics(goal: float, share: float, criteria: bool, generator: np.random.Generator) -> dict[str, float]:
    accuracy = float(np.clip(0.1 + (goal - 0.1) * (1 - np.exp(-4 * share)), 0.05, 0.99))
    noise = generator.normal(size=40).tolist()
    found = {f"loss_{name}": 1 - accuracy / 2 + 0.02 * noise.pop() for name in ("an1", "an2", "anl")}
    found |= {f"loss_cc{index}": 0.4 - accuracy / 3 + 0.01 * noise.pop() for index in (1, 2, 3, 4)}
    found |= {f"discriminator_accuracy_{name}": 0.55 + 0.02 * noise.pop() for name in "12l"}
    found |= {f"val_accuracy_{name}": min(1.0, accuracy + 0.01 * noise.pop()) for name in DIRECTIONS}
    found["target_accuracy"] = sum(found[f"val_accuracy_{name}"] for name in DIRECTIONS) / 2
    if criteria:
        for place, name in enumerate(CRITERIA):
            for each in DIRECTIONS:
                found[f"{name}_{each}"] = accuracy + 0.05 * place * noise.pop()
            found[name] = sum(found[f"{name}_{each}"] for each in DIRECTIONS) / 2
        found["latent_probe"] = 1 - accuracy / 3
    return found


def sample_arrays(generator: np.random.Generator, labelled: bool) -> dict[str, np.ndarray]:
    labels = np.repeat(np.arange(10), 10)
    arrays: dict[str, np.ndarray] = {}
    for letter, side, other_side in (("a", 28, 16), ("b", 16, 28)):
        arrays |= {
            f"images_{letter}": generator.integers(0, 256, (100, 1, side, side), dtype=np.uint8),
            f"translated_{letter}": generator.integers(0, 256, (100, 1, other_side, other_side), dtype=np.uint8),
            f"round_trip_{letter}": generator.integers(0, 256, (100, 1, side, side), dtype=np.uint8),
            f"labels_{letter}": labels,
            f"predicted_{letter}": generator.permutation(labels),
            f"latents_{letter}": generator.normal(size=(60, 12)).astype(np.float16),
            f"latent_labels_{letter}": generator.integers(0, 10, 60),
        }
    if not labelled:
        nothing = {"labels_b", "latent_labels_b", "predicted_a"}
        return {name: np.full(len(value), -1) if name in nothing else value for name, value in arrays.items()}
    for name in DIRECTIONS:
        arrays[f"confusion_{name}"] = generator.integers(0, 20, (10, 10)) + 80 * np.eye(10, dtype=np.int64)
    return arrays


_TESTED = ("test_accuracy_mnist_to_usps", "test_accuracy_usps_to_mnist", "target_accuracy")
NAMES = (*_TESTED, *(f"{reader}/{name}" for name in _TESTED for reader in ("translated", "adapted", "both")))


def write_confirmation(folder: Path, sentence: str = "Trial 7 is better than the paper's weights.") -> None:
    """Trial 7 against the paper's weights, with three seeds."""
    reached: dict[str, tuple[int | None, list[float]]] = {
        "best": (7, [0.951, 0.953, 0.955]),
        "2": (3, [0.949, 0.951, 0.947]),
        "paper": (0, [0.941, 0.943, 0.945]),
        "no translation": (None, [0.93, 0.93, 0.93]),
    }
    rows = [
        {"candidate": name, "trial": trial, "seed": seed, "steps": 1500}
        | dict.fromkeys(NAMES, value)
        | {"seconds": 60.0, "error": ""}
        for name, (trial, values) in reached.items()
        for seed, value in enumerate(values)
    ]
    table = pd.DataFrame(rows).astype({"trial": "Int64"})
    table.to_parquet(folder / "confirmation.parquet", index=False)
    tests = {
        "best": {"p": 0.0004, "p_holm": None, "verdict": "better", "difference": 0.01, "interval": [0.004, 0.016]},
        "2": {
            "p": 0.2,
            "p_holm": 0.2,
            "verdict": "no difference shown",
            "difference": 0.006,
            "interval": [-0.01, 0.02],
        },
    }
    candidates: list[dict[str, Any]] = [
        {
            "candidate": name,
            "trial": trial,
            "trainings": 3,
            "failed": 0,
            "metrics": {
                metric: {
                    "mean": values[1],
                    "standard_deviation": 0.002,
                    "interval": [values[1] - 0.005, values[1] + 0.005],
                }
                for metric in NAMES
            },
            "against_paper": {"pairs": 3} | tests[name] if name in tests else None,
            "against_no_translation": None,
        }
        for name, (trial, values) in reached.items()
    ]
    content = {
        "format_version": 1,
        "command": "python -m lstnet_search confirm results/study",
        "steps": 1500,
        "seeds": [11, 12, 13],
        "directions": ["mnist_to_usps", "usps_to_mnist"],
        "confidence": 0.95,
        "opening": 2,
        "reader": "adapted",
        "winner": {"trial": 7, "is_paper": False},
        "sentence": sentence,
        "candidates": candidates,
    }
    (folder / "confirmation.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

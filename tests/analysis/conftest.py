"""Studies made up by hand, and the scripts that read them."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.evaluation.samples import write_samples
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, TrialRecord

ROOT = Path(__file__).parents[2]
DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
STEPS = 1500
SPACE = Space.read(ROOT / "search_spaces" / "weight_ratios.yaml")


@pytest.fixture(scope="session")
def make_up() -> Callable[..., Path]:
    """`made_up`, for tests."""
    return made_up


@pytest.fixture
def script() -> Callable[[str], ModuleType]:
    """Loads a script of analysis/ by its name."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"analysis_{name}", ROOT / "analysis" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def made_up(
    path: Path, trials: int, *, reports: int = 12, criteria: bool = True, labelled: bool = True, samples: int = 0
) -> Path:
    """A study whose scores fall with the distance of w1/w3 from 0.3; a sixth of its trials runs to the end.

    Of seven trials one failed, without a report; the last trial is unfinished. Without labels of USPS one
    direction is measured, by criteria alone.
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
    """The same trial where USPS has no labels."""

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

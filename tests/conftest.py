"""What every test shares."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from examples import ALWAYS
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from lstnet_search.config import TrialConfig
from lstnet_search.domains import DomainPair, load
from lstnet_search.evaluation import ClassifierSettings, EvaluatedTraining, adapt, prepare_pair
from lstnet_search.models import Translator
from lstnet_search.results.export.winner import write_winner
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord

# The deadline is a minute, because a loaded machine is slow at times. The examples are the same in every run, so that a
# failure comes from a change. --hypothesis-profile=searching tries a thousand other examples.
UNHURRIED: dict[str, Any] = {"deadline": 60_000, "suppress_health_check": [HealthCheck.too_slow]}  # ms
settings.register_profile("unhurried", derandomize=True, database=None, max_examples=ALWAYS, **UNHURRIED)
settings.register_profile("searching", max_examples=1000, **UNHURRIED)
settings.load_profile("unhurried")


LONGEST_FILES = (
    *("test_faults.py", "test_search.py", "test_slurm.py", "test_cluster.py"),
    *("test_population_search.py", "test_table2.py"),
)
"""Files that take minutes run first. Started last, one of them would run alone after the other process has ended."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the files that take longest first."""
    order = {name: position for position, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


CHROMIUM = shutil.which("chromium")
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, which contacts no server by itself."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def winner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with the winner of a search: a tiny network, briefly trained on 1500 bundled images."""
    config = TrialConfig(
        data="bundled",
        width=1 / 64,
        batch_size=32,
        steps=30,
        reports=1,
        learning_rate=1e-3,
        batch_norm_momentum=0.1,
        classifier_steps=40,
    )
    made = tmp_path_factory.mktemp("winner")
    cpu = torch.device("cpu")
    images = (load(name, "bundled", made, "train").take(torch.arange(1500)) for name in config.domains)
    prepared = prepare_pair(DomainPair(*images), config, cpu, made / "classifiers")
    training = EvaluatedTraining(config, prepared, "both", cpu)
    report = next(training)
    checkpoint = made / "checkpoint"
    checkpoint.mkdir()
    training.save(checkpoint)
    folder = ResultsFolder(made / "results")
    folder.create(
        {
            "search": {},
            "command": "python run_search.py",
            "data_fingerprint": prepared.fingerprint,
            "git_commit": "",
            "versions": {"torch": "2"},
        }
    )
    write_winner(
        config,
        ReportRecord(report.step, report.seconds, report.metrics),
        checkpoint,
        prepared,
        config_file=folder.best_config_file,
        model=folder.best_model,
        pictures=folder.translations_file,
        remarks=["trial 0 of search x"],
        adapted=adapt(
            cast(Translator, report.evaluated), prepared.train, ClassifierSettings.of(config), 0, made / "classifiers"
        ),
    )
    return folder.path

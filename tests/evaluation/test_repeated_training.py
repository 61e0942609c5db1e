"""Small real trainings with several seeds, compared with one training per seed."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from lstnet_search.config import TrialConfig
from lstnet_search.evaluation import EvaluatedTraining, Prepared, RepeatedTraining, repeat_seeds
from lstnet_search.evaluation.permutation import Permutation
from lstnet_search.training import DivergedError, Report, Start, evaluated_state, read_state

CPU = torch.device("cpu")
TINY = TrialConfig(
    data="bundled",
    width=1 / 64,
    batch_size=8,
    steps=3,
    reports=3,
    learning_rate=1e-3,
    batch_norm_momentum=0.1,
    ema_decay=0.9,
    seed=7,
)


def repeated(few: Prepared, repeats: int = 2, start: Start | None = None) -> RepeatedTraining:
    return RepeatedTraining(TINY, few, "both", CPU, repeats, start)


def alone(few: Prepared, seed: int) -> EvaluatedTraining:
    return EvaluatedTraining(TINY.override({"seed": seed}, "test"), few, "both", CPU)


def assert_equal(one: dict[str, Tensor], two: dict[str, Tensor]) -> None:
    assert one.keys() == two.keys()
    assert [name for name in one if not torch.equal(one[name], two[name])] == []


def test_the_first_seed_is_the_trials_and_more_repeats_leave_the_others_as_they_are() -> None:
    assert repeat_seeds(7, 1) == (7,)
    assert repeat_seeds(7, 3)[:2] == repeat_seeds(7, 2)
    assert len({*repeat_seeds(7, 5), *repeat_seeds(8, 5)}) == 10


def test_metrics_are_means_over_the_trainings_of_each_seed_alone(few: Prepared) -> None:
    reports = zip(*(alone(few, seed) for seed in repeat_seeds(7, 2)), repeated(few), strict=True)
    for first, second, both in reports:
        assert both.step == first.step
        assert both.metrics.keys() == first.metrics.keys() | {"target_accuracy_std"}
        for name, value in first.metrics.items():
            assert both.metrics[name] == pytest.approx((value + second.metrics[name]) / 2, rel=1e-12)
        # standard deviation of a sample of two: |x - y| / sqrt(2)
        difference = abs(first.metrics["target_accuracy"] - second.metrics["target_accuracy"])
        assert both.metrics["target_accuracy_std"] == pytest.approx(difference / 2**0.5, abs=1e-12)
        assert first.metrics["loss_cc1"] != second.metrics["loss_cc1"]
    assert both.step == TINY.steps


def test_seconds_count_all_seeds_but_not_what_is_done_with_a_report(
    few: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    advance = EvaluatedTraining.__next__

    def one_second(training: EvaluatedTraining) -> Report:
        nonlocal now
        now += 1
        return advance(training)

    monkeypatch.setattr(EvaluatedTraining, "__next__", one_second)
    monkeypatch.setattr("lstnet_search.evaluation.repeated_training.time", SimpleNamespace(perf_counter=lambda: now))
    seconds = []
    for report in repeated(few):
        seconds.append(report.seconds)
        now += 100  # such as the upload of a checkpoint
    assert seconds == [2, 4, 6]


def test_the_network_and_the_samples_are_those_of_the_first_seed(few: Prepared, tmp_path: Path) -> None:
    first, both = alone(few, 7), repeated(few)
    for training, name in ((first, "alone"), (both, "both")):
        next(training)
        (tmp_path / name).mkdir()
        training.save(tmp_path / name, trial=3)
    (state, _), (joined, header) = (read_state(tmp_path / name) for name in ("alone", "both"))
    assert header["trial"] == 3
    assert_equal(evaluated_state(joined), evaluated_state(state))
    assert len(joined) == 2 * len(state)
    samples = [(tmp_path / name / "samples.npz").read_bytes() for name in ("alone", "both")]
    assert samples[0] == samples[1]


def test_resumed_from_a_checkpoint_it_equals_an_uninterrupted_one(few: Prepared, tmp_path: Path) -> None:
    begun = repeated(few)
    next(begun)
    begun.save(tmp_path)
    state, header = read_state(tmp_path)
    resumed = repeated(few, start=Start(state, header["step"], header["seconds"]))
    rest, again = list(begun), list(resumed)
    assert [(report.step, report.metrics) for report in again] == [(report.step, report.metrics) for report in rest]
    assert_equal(again[-1].state(), rest[-1].state())
    assert again[0].seconds > header["seconds"]


def test_a_diverged_repeat_is_named_with_step_and_term(few: Prepared) -> None:
    training = repeated(few, repeats=3)
    joined = next(training).state()
    for name, tensor in joined.items():
        if name.startswith("repeats.1.modules.translator") and tensor.is_floating_point():
            tensor.fill_(float("nan"))
    seed = repeat_seeds(7, 3)[1]
    with pytest.raises(DivergedError, match=rf"^diverged at step 2: loss_an1, .* \(repeat 2 of 3, seed {seed}\)$"):
        next(training)


def test_alarms_name_the_repeat(few: Prepared) -> None:
    training = repeated(few)
    next(training)
    training._trainings[1]._evaluator.permutations = {"usps_to_mnist": Permutation(0.06, {3: 8, 8: 3})}
    assert training.alarms[-1] == "classes swapped in usps_to_mnist: 3 read as 8, 8 read as 3 (repeat 2)"

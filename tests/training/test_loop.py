"""The loop on a tiny network and a handful of random images."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.methods.base import Problem
from lstnet_search.methods.lstnet import METRICS, LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.training import DivergedError, Report, Start, read_state, train, write_state

PROBLEM = Problem((ImageShape(1, 28), ImageShape(1, 16)), classes=10)
CPU = torch.device("cpu")
TINY = TrialConfig(
    width=1 / 64,
    batch_size=4,
    steps=6,
    reports=3,
    ema_decay=0.9,
    batch_norm_momentum=0.1,
    learning_rate=1e-3,
    anchor=50,
    anchor_steps=4,
    cooldown=0.5,
)


def random_domain(name: str, side: int) -> Domain:
    generator = torch.Generator().manual_seed(side)
    images = torch.randint(0, 256, (22, 1, side, side), generator=generator, dtype=torch.uint8)
    return Domain(name, images, torch.arange(22) % 10)


PAIR = DomainPair(random_domain("mnist", 28), random_domain("usps", 16))


def begin(config: TrialConfig = TINY) -> LSTNet:
    return LSTNet(config, PROBLEM, CPU)


def nothing(network: nn.Module) -> dict[str, float]:
    return {}


def test_a_report_comes_at_each_of_the_report_steps_and_at_the_last() -> None:
    steps = [report.step for report in train(TINY, PAIR, begin(), nothing)]
    assert steps == [2, 4, 6]


def test_a_report_has_the_means_of_the_losses_and_what_evaluation_gave() -> None:
    class Counting(LSTNet):
        taken = 0

        def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
            self.taken += 1
            return torch.full((len(METRICS),), float(self.taken))

    method = Counting(TINY, PROBLEM, CPU)
    reports = list(train(TINY, PAIR, method, lambda network: {"extra": 7.0}))
    assert [report.metrics["loss_cc1"] for report in reports] == [1.5, 3.5, 5.5]
    assert all(report.metrics["extra"] == 7.0 for report in reports)


def test_seconds_count_training_but_not_what_is_done_with_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    class OneSecondPerStep(LSTNet):
        def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
            nonlocal now
            now += 1
            return torch.ones(len(METRICS))

    monkeypatch.setattr("lstnet_search.training.loop.time", SimpleNamespace(perf_counter=lambda: now))
    seconds = []
    for report in train(TINY, PAIR, OneSecondPerStep(TINY, PROBLEM, CPU), nothing):
        seconds.append(report.seconds)
        start = Start(bits(report), report.step, report.seconds)
        now += 100  # such as the upload of a checkpoint
        if report.step == 4:
            break
    seconds += [report.seconds for report in train(TINY, PAIR, OneSecondPerStep(TINY, PROBLEM, CPU), nothing, start)]
    assert seconds == [2, 4, 6]


@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_the_evaluated_network_is_in_evaluation_mode_and_the_trained_one_is_not(ema_decay: float) -> None:
    method = begin()
    modes: list[bool] = []
    evaluated: list[nn.Module] = []

    def look(network: nn.Module) -> dict[str, float]:
        modes.append(any(module.training for module in network.modules()))
        evaluated.append(network)
        return {}

    for _ in train(TINY.override({"ema_decay": ema_decay}, "test"), PAIR, method, look):
        assert method.discriminators.training
    assert modes == [False] * 3
    assert (evaluated[0] is method.translator) == (ema_decay == 0)
    assert all(module.training for module in method.translator.modules())


def bits(report: Report) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in report.state().items()}


@pytest.mark.parametrize(("stop_at", "ema_decay"), [(2, 0.9), (4, 0.0)])
def test_a_resumed_training_equals_an_uninterrupted_one_to_the_bit(
    tmp_path: Path, stop_at: int, ema_decay: float
) -> None:
    config = TINY.override({"ema_decay": ema_decay}, "test")
    whole = {report.step: (report.metrics, bits(report)) for report in train(config, PAIR, begin(config), nothing)}

    for report in train(config, PAIR, begin(config), nothing):
        if report.step == stop_at:
            write_state(tmp_path, report.state(), report.header)
            break
    state, header = read_state(tmp_path)
    start = Start(state, header["step"], header["seconds"])
    resumed = [
        (report.step, report.metrics, bits(report)) for report in train(config, PAIR, begin(config), nothing, start)
    ]

    assert [step for step, _, _ in resumed] == [step for step in (2, 4, 6) if step > stop_at]
    for step, metrics, tensors in resumed:
        assert metrics == whole[step][0]
        assert tensors.keys() == whole[step][1].keys()
        assert all(torch.equal(tensor, whole[step][1][name]) for name, tensor in tensors.items())


def breaking(at_step: int, terms: tuple[str, ...]) -> Callable[[], LSTNet]:
    class Breaking(LSTNet):
        taken = 0

        def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
            self.taken += 1
            measured = torch.ones(len(METRICS))
            if self.taken == at_step:
                for term in terms:
                    measured[METRICS.index(term)] = float("nan")
            return measured

    return lambda: Breaking(TINY, PROBLEM, CPU)


def test_a_loss_that_is_not_finite_ends_the_training_naming_step_and_terms() -> None:
    method = breaking(3, ("loss_anl", "loss_cc4"))()
    reports = train(TINY, PAIR, method, nothing)
    assert next(reports).step == 2
    with pytest.raises(DivergedError, match="diverged at step 3: loss_anl, loss_cc4 is not finite"):
        next(reports)


def test_only_the_terms_that_broke_first_are_named() -> None:
    class Breaking(LSTNet):
        taken = 0

        def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
            self.taken += 1
            measured = torch.ones(len(METRICS))
            if self.taken >= 1:
                measured[METRICS.index("loss_an2")] = float("inf")
            if self.taken >= 2:
                measured[:] = float("nan")
            return measured

    method = Breaking(TINY, PROBLEM, CPU)
    with pytest.raises(DivergedError, match="diverged at step 1: loss_an2 is not finite"):
        next(train(TINY, PAIR, method, nothing))


def test_training_learns_to_reconstruct_a_handful_of_images() -> None:
    config = TINY.override(
        {"steps": 30, "reports": 3, "learning_rate": 3e-3, "scale": 0, "rotation": 0, "shift": 0}, "test"
    )
    smooth = [random.take(torch.arange(4)) for random in PAIR]
    for domain in smooth:
        domain.images.copy_(torch.linspace(0, 255, domain.side).expand_as(domain.images))
    pair = DomainPair(*smooth)
    reports = [report.metrics["loss_cc1"] for report in train(config, pair, begin(config), nothing)]
    assert reports[-1] < 0.7 * reports[0]


def test_metrics_that_are_not_finite_end_the_training() -> None:
    reports = train(TINY, PAIR, begin(), lambda network: {"neg_entropy_mnist_to_usps": float("nan")})
    with pytest.raises(DivergedError, match="diverged at step 2: neg_entropy_mnist_to_usps is not finite"):
        next(reports)


def test_losses_that_an_update_broke_are_named() -> None:
    class Broken(LSTNet):
        taken = 0

        def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
            self.taken += 1
            measured = torch.ones(len(METRICS))
            if self.taken == TINY.report_steps[0] + 1:
                measured[METRICS.index("loss_an1")] = float("nan")
            return measured

    method = Broken(TINY, PROBLEM, CPU)
    with pytest.raises(DivergedError, match="diverged at step 3: loss_an1 is not finite"):
        next(train(TINY, PAIR, method, lambda network: {"infomax": float("nan")}))


SCHEDULE = [{"step": 2, "weights": {"w1": 1.0, "w3": 50.0}}, {"step": 3, "weights": {"w1": 400.0}}]


def scheduled() -> TrialConfig:
    return TINY.override({"schedule": SCHEDULE}, "test")


def test_weights_of_a_schedule_apply_after_their_step() -> None:
    used: list[tuple[int, float, float]] = []

    class Noting(LSTNet):
        taken = 0

        def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
            self.taken += 1
            used.append((self.taken, self._weights["w1"], self._weights["w3"]))
            return super().step(x_a, x_b)

    list(train(scheduled(), PAIR, Noting(scheduled(), PROBLEM, CPU), nothing))
    assert used == [(1, 20, 100), (2, 20, 100), (3, 1, 50), (4, 400, 50), (5, 400, 50), (6, 400, 50)]


def test_a_scheduled_training_is_resumed_to_the_bit() -> None:
    whole = [(report.metrics, bits(report)) for report in train(scheduled(), PAIR, begin(), nothing)]
    for report in train(scheduled(), PAIR, begin(), nothing):
        if report.step == 2:  # where the weights change
            start = Start(bits(report), report.step, report.seconds)
            break
    rest = [(report.metrics, bits(report)) for report in train(scheduled(), PAIR, begin(), nothing, start)]
    for (metrics, state), (expected, expected_state) in zip(rest, whole[1:], strict=True):
        assert metrics == expected
        assert all(torch.equal(state[name], tensor) for name, tensor in expected_state.items())


def test_a_training_resumed_with_other_weights_equals_a_scheduled_one() -> None:
    first = next(train(TINY, PAIR, begin(), nothing))
    other = TINY.override({"w1": 1.0, "w3": 50.0}, "test")
    rest = list(train(other, PAIR, begin(other), nothing, Start(bits(first), first.step, first.seconds)))
    one = TINY.override({"schedule": SCHEDULE[:1]}, "test")
    whole = list(train(one, PAIR, begin(one), nothing))
    assert [report.metrics for report in rest] == [report.metrics for report in whole[1:]]

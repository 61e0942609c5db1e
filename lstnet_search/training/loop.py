"""The training loop. It yields reports, and its caller decides what to do with them."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Augmentation, Batches, DomainPair
from lstnet_search.methods.base import Method
from lstnet_search.seeding import derive_seed
from lstnet_search.training.cuda_graph import CapturedStep
from lstnet_search.training.ema import Average
from lstnet_search.training.fast import use_fast_settings
from lstnet_search.training.state import (
    State,
    load_module,
    load_optimiser,
    module_state,
    optimiser_state,
    under,
)

Evaluate = Callable[[nn.Module], dict[str, float]]


class DivergedError(RuntimeError):
    """A loss became NaN or infinite. The message names the step and the losses."""


@dataclass(frozen=True)
class Report:
    """The progress of a training.

    Attributes:
        step: number of steps taken.
        seconds: time spent on training and evaluation so far. Time that the receiver spends on a report, for example
            to save a checkpoint, is not counted.
        metrics: means of the losses since the last report, and the result of `evaluate`.
        evaluated: the network to evaluate, in evaluation mode. It is valid until the next report.
        state: collects everything that the training needs to resume. The tensors are valid until the next report.
    """

    step: int
    seconds: float
    metrics: dict[str, float]
    evaluated: nn.Module
    state: Callable[[], State]

    @property
    def header(self) -> dict[str, Any]:
        """What `train` needs besides the state to resume from here."""
        return {"step": self.step, "seconds": self.seconds}


@dataclass(frozen=True)
class Start:
    """Where a training resumes from: the state and header of a report."""

    state: State
    step: int
    seconds: float


def train(
    config: TrialConfig, pair: DomainPair, method: Method, evaluate: Evaluate, start: Start | None = None
) -> Iterator[Report]:
    """Train a method and yield a report at each of `config.report_steps`.

    Args:
        config: all settings.
        pair: training images, on the device of the method.
        method: freshly built.
        evaluate: computes metrics of a network that is in evaluation mode.
        start: an earlier report to resume from. The training continues as if it had never stopped.

    Raises:
        DivergedError: at the first report after a loss stopped being finite.
    """
    device = pair.a.images.device
    use_fast_settings(device)
    batches = Batches(
        pair,
        config.batch_size,
        augmentation_of(config),
        device,
        derive_seed(config.seed, "batches"),
        method.inputs,
    )

    def make_step() -> Callable[..., Tensor]:
        return CapturedStep(method.step) if config.cuda_graph and device.type == "cuda" else method.step

    take_step = make_step()
    average = Average(method.evaluated, config.ema_decay)
    started = time.perf_counter()
    first = 0
    if start is not None:
        _restore(start.state, method, average, batches)
        first, started = start.step, started - start.seconds

    sums = torch.zeros(len(method.metrics), dtype=torch.float64, device=device)
    finite_steps = torch.zeros(len(method.metrics), dtype=torch.int64, device=device)
    report_steps = set(config.report_steps)
    change_steps = {change.step for change in config.schedule}
    if config.schedule:
        method.use_weights(config.weights_after(first))
    last_report = first
    for step in range(first + 1, config.steps + 1):
        if step - 1 in change_steps:
            method.use_weights(config.weights_after(step - 1))
            take_step = make_step()  # a captured step keeps the weights that it was captured with
        method.begin_step(step - 1)
        losses = take_step(*batches.draw())
        average.update(step - 1)
        sums += losses
        finite_steps += sums.isfinite()  # once a sum is NaN or infinite, it stays so
        if step in report_steps:
            metrics = _means(method.metrics, sums.tolist(), finite_steps.tolist(), last_report, step)
            average.module.eval()
            metrics |= evaluate(average.module)
            if not all(map(math.isfinite, metrics.values())):
                average.module.train()
                _raise_diverged(metrics, step, method.metrics, take_step(*batches.draw()))
            reported = time.perf_counter()
            yield Report(
                step=step,
                seconds=reported - started,
                metrics=metrics,
                evaluated=average.module,
                state=lambda: _collect(method, average, batches),
            )
            started += time.perf_counter() - reported
            average.module.train()
            sums.zero_()
            finite_steps.zero_()
            last_report = step


def augmentation_of(config: TrialConfig) -> Augmentation:
    """The random changes of a training's images."""
    return Augmentation(config.rotation, config.scale, config.shift, config.shear, config.stretch, config.brightness)


def _means(
    names: tuple[str, ...], sums: list[float], finite_steps: list[int], last_report: int, step: int
) -> dict[str, float]:
    broken_at = {
        name: last_report + count + 1
        for name, count in zip(names, finite_steps, strict=True)
        if last_report + count < step
    }
    if broken_at:
        first = min(broken_at.values())
        broken_first = ", ".join(name for name, at in broken_at.items() if at == first)
        raise DivergedError(f"diverged at step {first}: {broken_first} is not finite")
    means = {name: total / (step - last_report) for name, total in zip(names, sums, strict=True)}
    assert all(math.isfinite(mean) for mean in means.values())
    return means


def _raise_diverged(metrics: dict[str, float], step: int, names: tuple[str, ...], next_losses: Tensor) -> NoReturn:
    """Name the losses of the next step that are not finite, or else the metrics.

    Losses are computed before an update, so an update that breaks the network shows in the losses of the next step.
    """
    _means(names, next_losses.tolist(), next_losses.isfinite().long().tolist(), step, step + 1)
    broken = ", ".join(name for name, value in metrics.items() if not math.isfinite(value))
    raise DivergedError(f"diverged at step {step}: {broken} is not finite")


def _collect(method: Method, average: Average, batches: Batches) -> State:
    state: State = {}
    for name, module in method.modules.items():
        state |= module_state(module, f"modules.{name}")
    for name, optimiser in method.optimisers.items():
        state |= optimiser_state(optimiser, f"optimisers.{name}")
    if average.module is not method.evaluated:
        state |= module_state(average.module, "average")
    return state | {f"batches.{name}": tensor for name, tensor in batches.state_dict().items()}


def _restore(state: State, method: Method, average: Average, batches: Batches) -> None:
    for name, module in method.modules.items():
        load_module(module, state, f"modules.{name}")
    for name, optimiser in method.optimisers.items():
        load_optimiser(optimiser, state, f"optimisers.{name}")
    if average.module is not method.evaluated:
        load_module(average.module, state, "average")
    batches.load_state_dict(under(state, "batches"))


def evaluated_state(state: State) -> dict[str, Tensor]:
    """The state of the evaluated network, from the state of its training."""
    return under(state, "average") or under(state, "modules.translator") or under(state, "modules.labeller")

"""The training loop: it yields reports, and who iterates decides what becomes of them."""

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
    """A loss became NaN or infinite; the message names the step and the terms."""


@dataclass(frozen=True)
class Report:
    """How a training stands.

    Attributes:
        step: steps taken, from 1.
        seconds: spent in this training so far, evaluation included.
        metrics: means of the losses since the last report, and what `evaluate` gave.
        evaluated: the network that was evaluated, in evaluation mode; valid until the next report.
        state: collects all that the training needs to go on; valid until the next report.
    """

    step: int
    seconds: float
    metrics: dict[str, float]
    evaluated: nn.Module
    state: Callable[[], State]

    @property
    def header(self) -> dict[str, Any]:
        """What `train` needs beside the state to go on from here."""
        return {"step": self.step, "seconds": self.seconds}


@dataclass(frozen=True)
class Start:
    """Where a training goes on from: a report's state and header."""

    state: State
    step: int
    seconds: float


def train(
    config: TrialConfig, pair: DomainPair, method: Method, evaluate: Evaluate, start: Start | None = None
) -> Iterator[Report]:
    """Train a method, yielding at each of `config.report_steps`.

    Args:
        config: all settings.
        pair: training images, on the device that the method lives on.
        method: fresh from its constructor.
        evaluate: metrics of a network that is in evaluation mode.
        start: an earlier report; the training goes on from there as if it had never stopped.

    Raises:
        DivergedError: at the report after a loss stopped being finite.
    """
    device = pair.a.images.device
    use_fast_settings(device)
    batches = Batches(
        pair,
        config.batch_size,
        Augmentation(config.rotation, config.scale, config.shift),
        device,
        derive_seed(config.seed, "batches"),
        method.inputs,
    )

    def prepared_step() -> Callable[..., Tensor]:
        return CapturedStep(method.step) if config.cuda_graph and device.type == "cuda" else method.step

    take_step = prepared_step()
    average = Average(method.evaluated, config.ema_decay)
    begun = time.perf_counter()
    first = 0
    if start is not None:
        _restore(start.state, method, average, batches)
        first, begun = start.step, begun - start.seconds

    sums = torch.zeros(len(method.metrics), dtype=torch.float64, device=device)
    finite_steps = torch.zeros(len(method.metrics), dtype=torch.int64, device=device)
    report_steps = set(config.report_steps)
    changes = {change.step for change in config.schedule}
    if config.schedule:
        method.use_weights(config.weights_after(first))
    since = first
    for step in range(first + 1, config.steps + 1):
        if step - 1 in changes:
            method.use_weights(config.weights_after(step - 1))
            take_step = prepared_step()  # a recorded step has the weights that it was recorded with
        measured = take_step(*batches.draw())
        average.update(step - 1)
        sums += measured
        finite_steps += sums.isfinite()  # a sum that was ever NaN or infinite stays so
        if step in report_steps:
            metrics = _means(method.metrics, sums.tolist(), finite_steps.tolist(), since, step)
            average.module.eval()
            metrics |= evaluate(average.module)
            if not all(map(math.isfinite, metrics.values())):
                average.module.train()
                _refuse(metrics, step, method.metrics, take_step(*batches.draw()))
            yield Report(
                step=step,
                seconds=time.perf_counter() - begun,
                metrics=metrics,
                evaluated=average.module,
                state=lambda: _collect(method, average, batches),
            )
            average.module.train()
            sums.zero_()
            finite_steps.zero_()
            since = step


def _means(
    names: tuple[str, ...], sums: list[float], finite_steps: list[int], since: int, step: int
) -> dict[str, float]:
    broken = {name: since + count + 1 for name, count in zip(names, finite_steps, strict=True) if since + count < step}
    if broken:
        first = min(broken.values())
        terms = ", ".join(name for name, at in broken.items() if at == first)
        raise DivergedError(f"diverged at step {first}: {terms} is not finite")
    means = {name: total / (step - since) for name, total in zip(names, sums, strict=True)}
    assert all(math.isfinite(mean) for mean in means.values())
    return means


def _refuse(metrics: dict[str, float], step: int, names: tuple[str, ...], after: Tensor) -> NoReturn:
    """Losses are measured before an update, which broke what was evaluated: name those of the step after, if any."""
    _means(names, after.tolist(), after.isfinite().long().tolist(), step, step + 1)
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
    """Of a training's state, the network that is evaluated and exported."""
    return under(state, "average") or under(state, "modules.translator") or under(state, "modules.labeller")

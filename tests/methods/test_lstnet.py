"""A step of LSTNet compared with one written out by hand, and what a step must not change."""

import copy

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import TrialConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.lstnet import METRICS, LSTNet
from lstnet_search.models import ImageShape, compiled, fused

PROBLEM = Problem((ImageShape(1, 28), ImageShape(1, 16)), classes=10)
SMALL = TrialConfig(
    width=1 / 32, batch_norm_momentum=0.1, learning_rate=1e-3, w1=20, w2=30, w3=70, w4=80, w5=90, w6=110, wl=40
)


def make(config: TrialConfig = SMALL) -> LSTNet:
    method = LSTNet(config, PROBLEM, torch.device("cpu"))
    method.translator.double()
    method.discriminators.double()
    return method


def batches(count: int, seed: int = 0) -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    return [
        tuple(  # type: ignore[misc]
            torch.rand(6, 1, side, side, generator=generator, dtype=torch.float64) * 2 - 1 for side in (28, 16)
        )
        for _ in range(count)
    ]


def step_by_hand(method: LSTNet, x1: Tensor, x2: Tensor, config: TrialConfig, anchor: float = 0) -> list[float]:
    """One step on Eq. 1 as a textbook would take it, which translates again for the second update.

    `anchor` is the weight of the distance between translations and resized images.
    """
    net, disc = method.translator, method.discriminators
    d1, d2, dl = disc.images[0], disc.images[1], disc.latents

    def game(real: Tensor, fake: Tensor) -> Tensor:
        ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
        return F.binary_cross_entropy_with_logits(real, ones) + F.binary_cross_entropy_with_logits(fake, zeros)

    with torch.no_grad():
        z1, z2 = net.encode(x1, 0), net.encode(x2, 1)
        x12, x21 = net.generate(z1, 1), net.generate(z2, 0)
    games = [game(d1(x1), d1(x21)), game(d2(x2), d2(x12)), game(dl(z1), dl(z2))]
    method.discriminator_optimiser.zero_grad()
    # The terms are weighted as in Eq. 1. Under Adam these factors change nothing.
    (config.w1 * games[0] + config.w2 * games[1] + config.wl * games[2]).backward()
    method.discriminator_optimiser.step()

    z1, z2 = net.encode(x1, 0), net.encode(x2, 1)
    x11, x12 = net.generate(z1, 0), net.generate(z1, 1)
    x21, x22 = net.generate(z2, 0), net.generate(z2, 1)
    x121, x212 = net.generate(net.encode(x12, 1), 0), net.generate(net.encode(x21, 0), 1)
    fool1 = F.binary_cross_entropy_with_logits(d1(x21), torch.ones(len(x2), dtype=torch.float64))
    fool2 = F.binary_cross_entropy_with_logits(d2(x12), torch.ones(len(x1), dtype=torch.float64))
    fool_latent = game(dl(z2), dl(z1))
    cycles = [(x1 - x11).abs().mean(), (x2 - x22).abs().mean(), (x1 - x121).abs().mean(), (x2 - x212).abs().mean()]
    loss = config.w1 * fool1 + config.w2 * fool2 + config.wl * fool_latent
    for weight, cycle in zip((config.w3, config.w4, config.w5, config.w6), cycles, strict=True):
        loss = loss + weight * cycle
    if anchor:
        small, large = F.interpolate(x1, (16, 16), mode="area"), F.interpolate(x2, (28, 28), mode="bilinear")
        loss = loss + anchor * ((x12 - small).abs().mean() + (x21 - large).abs().mean())
    method.translator_optimiser.zero_grad()
    loss.backward()
    method.translator_optimiser.step()
    return [-value.item() for value in games] + [cycle.item() for cycle in cycles]


@pytest.mark.parametrize("latent_stride", [1, 3])
def test_steps_equal_a_loop_written_out_by_hand(latent_stride: int) -> None:
    # With Adam's default epsilon, the weights of the hand-written discriminator loss would make a difference.
    config = SMALL.override({"latent_stride": latent_stride, "adam_epsilon": 1e-20}, "test")
    ours, theirs = make(config), make(config)
    for step, (x1, x2) in enumerate(batches(4)):
        measured = ours.step(x1, x2)
        by_hand = step_by_hand(theirs, x1, x2, config)
        assert measured[:7].tolist() == pytest.approx(by_hand, rel=1e-9)
        # A step moves a parameter by about 1e-3, and rounding errors grow from step to step.
        assert_same_parameters(ours, theirs, 1e-15 if step == 0 else 1e-10)
        if step == 0:
            gradients = dict(theirs.translator.named_parameters())
            for name, parameter in ours.translator.named_parameters():
                torch.testing.assert_close(parameter.grad, gradients[name].grad, rtol=1e-9, atol=1e-12)


@pytest.mark.skipif(not compiled.digest(), reason="needs a C compiler")
def test_steps_with_compiled_kernels_equal_steps_with_pytorchs(monkeypatch: pytest.MonkeyPatch) -> None:
    config = SMALL.override({"adam_epsilon": 1e-20}, "test")
    used: set[str] = set()
    call = fused._call
    monkeypatch.setattr(fused, "_call", lambda name, *arguments: (used.add(name), call(name, *arguments)))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ours, theirs = make(config), make(config)
        for x1, x2 in batches(2):
            measured = ours.step(x1, x2)
            with monkeypatch.context() as without:
                without.setattr(fused, "library", lambda real: None)
                expected = theirs.step(x1, x2)
            torch.testing.assert_close(measured, expected, rtol=1e-9, atol=1e-12)
        assert_same_parameters(ours, theirs, 1e-10)
        assert used == {"normalise", "normalise_backward", "pool", "pool_backward"}
    finally:
        torch.set_num_threads(threads)


def test_anchored_steps_with_a_falling_learning_rate_equal_a_loop_written_out_by_hand() -> None:
    changes = {"anchor": 60, "anchor_steps": 3, "cooldown": 0.5, "steps": 6, "adam_epsilon": 1e-20}
    config = SMALL.override(changes, "test")
    ours, theirs = make(config), make(config)
    expected = zip(batches(5), (60, 40, 20, 0, 0), (1e-3, 1e-3, 1e-3, 1e-3, 2e-3 / 3), strict=True)
    for step, ((x1, x2), anchor, rate) in enumerate(expected):
        ours.begin_step(step)
        measured = ours.step(x1, x2)
        for optimiser in theirs.optimisers.values():
            optimiser.param_groups[0]["lr"] = rate
        assert measured[:7].tolist() == pytest.approx(step_by_hand(theirs, x1, x2, config, anchor), rel=1e-9)
        assert_same_parameters(ours, theirs, 1e-10)


def assert_same_parameters(ours: LSTNet, theirs: LSTNet, tolerance: float) -> None:
    for name, module in ours.modules.items():
        reference = dict(theirs.modules[name].named_parameters())
        for parameter, value in module.named_parameters():
            torch.testing.assert_close(value, reference[parameter], rtol=0, atol=tolerance)


def test_measured_losses_have_the_signs_of_equation_1() -> None:
    measured = make().step(*batches(1)[0])
    named = dict(zip(METRICS, measured.tolist(), strict=True))
    assert all(named[f"loss_{name}"] < 0 for name in ("an1", "an2", "anl"))
    assert all(named[f"loss_{name}"] > 0 for name in ("cc1", "cc2", "cc3", "cc4"))
    assert all(0 <= named[f"discriminator_accuracy_{name}"] <= 1 for name in ("1", "2", "l"))


def test_the_discriminators_step_leaves_encoders_and_generators_untouched() -> None:
    method = make()
    before = copy.deepcopy(method.translator.state_dict())
    x1, x2 = batches(1)[0]
    with torch.no_grad():
        latents = method.translator.encode(x1, 0), method.translator.encode(x2, 1)
    running = copy.deepcopy(method.translator.state_dict())
    method._update_discriminators((x1, x2), (x1, x2), latents)
    assert all(parameter.grad is None for parameter in method.translator.parameters())
    after = method.translator.state_dict()
    assert all(torch.equal(after[name], running[name]) for name in before)


def test_the_translators_step_leaves_the_discriminators_gradients_to_their_own_step() -> None:
    method = make()
    x1, x2 = batches(1)[0]
    seen: dict[str, Tensor] = {}

    def keep_gradients(*_: object) -> None:
        seen.update(
            {name: p.grad.clone() for name, p in method.discriminators.named_parameters() if p.grad is not None}
        )

    method.discriminator_optimiser.register_step_post_hook(keep_gradients)
    method.step(x1, x2)
    parameters = dict(method.discriminators.named_parameters())
    assert set(seen) == set(parameters)
    assert all(torch.equal(parameters[name].grad, gradient) for name, gradient in seen.items())  # type: ignore[arg-type]
    assert all(parameter.requires_grad for parameter in parameters.values())


@pytest.mark.parametrize("kind", ["non_saturating", "minimax", "least_squares"])
def test_every_kind_of_adversarial_loss_trains(kind: str) -> None:
    method = make(SMALL.override({"adversarial_loss": kind}, "test"))
    x1, x2 = batches(1)[0]
    losses = [method.step(x1, x2) for _ in range(8)]
    cycles = slice(3, 7)
    assert losses[-1][cycles].sum() < losses[0][cycles].sum()
    assert all(loss.isfinite().all() for loss in losses)


def test_a_common_factor_on_all_weights_changes_nothing_under_adam() -> None:
    config = SMALL.override({"adam_epsilon": 1e-20}, "test")
    scaled = config.override({name: 8 * value for name, value in config.weights.items()}, "test")
    ours, theirs = (LSTNet(settings, PROBLEM, torch.device("cpu")) for settings in (config, scaled))
    for x1, x2 in batches(3):
        ours.step(x1.float(), x2.float())
        theirs.step(x1.float(), x2.float())
    for name, module in ours.modules.items():
        other = theirs.modules[name].state_dict()
        assert all(torch.equal(value, other[key]) for key, value in module.state_dict().items())


def test_a_weight_of_zero_takes_its_term_out_of_the_gradient() -> None:
    only_first_cycle = SMALL.override({name: 0.0 for name in SMALL.weights if name != "w3"}, "test")
    method = make(only_first_cycle)
    method.step(*batches(1)[0])
    first, second = method.translator.generators
    assert any((parameter.grad != 0).any() for parameter in first.parameters())  # type: ignore[union-attr]
    assert all((parameter.grad == 0).all() for parameter in second.parameters())  # type: ignore[union-attr]


def test_another_seed_gives_other_weights_to_translator_and_discriminators() -> None:
    first, second = make(), make(SMALL.override({"seed": 1}, "test"))
    for name in first.modules:
        pairs = zip(first.modules[name].parameters(), second.modules[name].parameters(), strict=True)
        assert any(not torch.equal(a, b) for a, b in pairs)

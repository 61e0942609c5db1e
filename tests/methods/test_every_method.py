"""What every method must do: one class of tests, which a class for each method inherits."""

from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from lstnet_search.config import METHODS, TrialConfig
from lstnet_search.config.presets import METHOD_PRESETS
from lstnet_search.domains import Batches, Domain, DomainPair
from lstnet_search.domains.augmentation import Augmentation
from lstnet_search.errors import InputError
from lstnet_search.evaluation.inference import labeller_outputs
from lstnet_search.methods.base import Method, Problem
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.registry import build_method, build_network, translates
from lstnet_search.models import ImageShape
from lstnet_search.training import Report, Start, evaluated_state, train

CPU = torch.device("cpu")
CLASSES = 4


def domain(name: str, shape: ImageShape) -> Domain:
    """24 images of noise in four classes. Class k is brighter the larger k is."""
    generator = torch.Generator().manual_seed(shape.side)
    images = torch.randint(0, 60, (24, shape.channels, shape.side, shape.side), generator=generator)
    labels = torch.arange(24) % CLASSES
    return Domain(name, (images + 60 * labels.view(-1, 1, 1, 1)).to(torch.uint8), labels, classes=CLASSES)


def evaluate_nothing(network: nn.Module) -> dict[str, float]:
    return {}


class MethodTests:
    """Tests of a method. Subclasses give its settings and the losses that it should lower."""

    method: str
    settings: ClassVar[dict[str, Any]]
    """Settings of a tiny network."""
    lowered: tuple[str, ...]
    """Prefixes of names of losses. Repeated steps on one batch must lower the sum of these losses."""
    steps = 20
    shapes = (ImageShape(1, 28), ImageShape(1, 16))

    def config(self, **changes: Any) -> TrialConfig:
        return TrialConfig.parse({"method": self.method, "batch_size": 8} | self.settings | changes, "test")

    def build(self, config: TrialConfig, shapes: tuple[ImageShape, ImageShape] | None = None) -> Method:
        return build_method(config, Problem(shapes or self.shapes, CLASSES), CPU)

    def pair(self, shapes: tuple[ImageShape, ImageShape] | None = None) -> DomainPair:
        first, second = shapes or self.shapes
        return DomainPair(domain("mnist", first), domain("usps", second))

    def batch(self, method: Method, pair: DomainPair) -> tuple[Tensor, ...]:
        return Batches(pair, 8, Augmentation(0, 0, 0), CPU, 0, method.inputs).draw()

    def reports(self, config: TrialConfig, start: Start | None = None) -> list[tuple[Report, dict[str, Tensor]]]:
        trained = train(config, self.pair(), self.build(config), evaluate_nothing, start)
        return [(report, {name: each.clone() for name, each in report.state().items()}) for report in trained]

    def test_steps_on_a_fixed_batch_lower_its_loss_and_return_its_metrics_without_a_graph(self) -> None:
        method = self.build(self.config())
        batch = self.batch(method, self.pair())
        measured = [method.step(*batch) for _ in range(self.steps)]
        lowered = [index for index, name in enumerate(method.metrics) if name.startswith(self.lowered)]
        assert len(lowered) >= 2
        assert measured[-1][lowered].sum() < 0.9 * measured[0][lowered].sum()
        assert measured[0].shape == (len(method.metrics),)
        assert measured[0].isfinite().all()
        assert not measured[0].requires_grad
        assert len(set(method.metrics)) == len(method.metrics)

    def test_a_resumed_training_equals_an_uninterrupted_one_to_the_bit_and_its_state_fills_a_network(self) -> None:
        config = self.config(steps=6, reports=3, ema_decay=0.9)
        whole = self.reports(config)
        (stopped, state), *_ = whole
        resumed = self.reports(config, Start(state, stopped.step, stopped.seconds))
        assert [report.step for report, _ in resumed] == [4, 6]
        for (report, expected), (again, found) in zip(whole[1:], resumed, strict=True):
            assert again.metrics == report.metrics
            assert found.keys() == expected.keys()
            assert all(torch.equal(found[name], expected[name]) for name in expected)
        trained = evaluated_state(expected)
        network = build_network(config, Problem(self.shapes, CLASSES))
        network.load_state_dict(trained)
        assert not network.training
        assert all(torch.equal(value, trained[name]) for name, value in network.state_dict().items())

    def test_the_same_seed_gives_the_same_bits_and_another_others(self) -> None:
        first, again, other = (self.build(self.config(seed=seed)) for seed in (0, 0, 1))
        states = [each.evaluated.state_dict() for each in (first, again, other)]
        assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
        assert any(not torch.equal(states[0][name], states[2][name]) for name in states[0])

    @pytest.mark.parametrize(
        "shapes",
        [
            (ImageShape(3, 32), ImageShape(1, 14)),
            (ImageShape(1, 16), ImageShape(3, 28)),
        ],
    )
    def test_images_of_every_shape_are_labelled_both_ways(self, shapes: tuple[ImageShape, ImageShape]) -> None:
        method, pair = self.build(self.config(), shapes), self.pair(shapes)
        method.step(*self.batch(method, pair))
        for source, each in enumerate(pair):
            self.check_output(method.evaluated.eval(), each, source, shapes[1 - source])

    def check_output(self, network: nn.Module, images: Domain, source: int, other: ImageShape) -> None:
        if isinstance(network, Labeller):
            features, logits = labeller_outputs(network, images.images, source)
            assert len(features) == 24
            assert logits.shape == (24, CLASSES)
        else:
            with torch.no_grad():
                translated = network.translate(images.images.float() / 127.5 - 1, source)  # type: ignore[operator]
            assert translated.shape == (24, other.channels, other.side, other.side)
            assert translated.abs().max() <= 1

    def test_one_domain_without_labels_is_no_obstacle(self) -> None:
        config = self.config(steps=2, reports=1)
        labelled = self.pair()
        pair = DomainPair(Domain("mnist", labelled.a.images, None, CLASSES), labelled.b)
        method = build_method(config, Problem(self.shapes, CLASSES, sources=(0,)), CPU)
        (report,) = train(config, pair, method, evaluate_nothing)
        self.check_output(report.evaluated, pair.a, 0, self.shapes[1])

    def test_an_unknown_setting_is_refused(self) -> None:
        with pytest.raises(InputError, match=r"^unknown setting 'gravity'; remove it or correct its name; in mine$"):
            TrialConfig.parse({"method": self.method, "gravity": 1}, "mine")

    def test_its_settings_survive_a_dump_and_a_parse(self) -> None:
        for preset in METHOD_PRESETS[self.method].values():  # type: ignore[index]
            again = TrialConfig.parse(preset.trial.model_dump(mode="json"), "dump")
            assert again == preset.trial
            assert type(again) is METHODS[self.method]

    def test_every_preset_has_the_published_weights_and_reports_at_its_rungs(self) -> None:
        for preset in METHOD_PRESETS[self.method].values():  # type: ignore[index]
            trial = preset.trial
            assert trial.weights == trial.published_weights()
            assert trial.steps == 1 or {trial.steps // 6, trial.steps // 2} <= set(trial.report_steps)


TABLE = {"width": 1 / 64, "batch_norm_momentum": 0.1, "learning_rate": 1e-3}


class TestLSTNet(MethodTests):
    method = "lstnet"
    settings = TABLE
    lowered = ("loss_cc",)


class TestUNIT(MethodTests):
    method = "unit"
    settings = TABLE
    lowered = ("loss_reconstruction", "loss_cycle_reconstruction")


class TestCoGAN(MethodTests):
    method = "cogan"
    settings: ClassVar = {"width": 1 / 64, "learning_rate": 1e-3}
    lowered = ("loss_classification",)


class TestDeepJDOT(MethodTests):
    method = "deepjdot"
    settings: ClassVar = {"width": 1 / 8, "pool_stride": 2, "pretraining_steps": 3, "learning_rate": 1e-3}
    lowered = ("loss_classification",)


def test_every_method_that_trains_has_its_tests() -> None:
    tested = {each.method for each in MethodTests.__subclasses__()}
    assert set(METHODS) == set(METHOD_PRESETS) == tested | {"no_translation"}
    assert {name for name in METHODS if translates(TrialConfig(method=name))} == {"lstnet", "unit"}


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InputError, match=r"^method='gan' must be one of lstnet, unit, cogan, deepjdot, no_translation"):
        TrialConfig.parse({"method": "gan"}, "mine")


def test_no_translation_resizes_and_takes_one_step_in_which_nothing_happens() -> None:
    config = TrialConfig.parse({"method": "no_translation"}, "test")
    shapes = (ImageShape(3, 28), ImageShape(1, 16))
    method = build_method(config, Problem(shapes, CLASSES), CPU)
    pair = DomainPair(domain("mnist", shapes[0]), domain("usps", shapes[1]))
    (report,) = train(config, pair, method, evaluate_nothing)
    assert (report.step, report.metrics) == (1, {})
    with torch.no_grad():
        translated = report.evaluated.translate(torch.zeros(2, 1, 16, 16), 1)  # type: ignore[operator]
    assert translated.shape == (2, 3, 28, 28)
    assert config.searchable() == ()
    with pytest.raises(InputError, match=r"steps=5 must be one of 1; in the options"):
        config.override({"steps": 5}, "the options")

import pytest
import torch
from torch import Tensor, nn

from lstnet_search.config import InputError
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import Evaluator, round_trip_accuracy, target_accuracy
from lstnet_search.models import ImageShape, build_translator
from lstnet_search.models.classifier import Classifier


class Brightest(nn.Module):
    """A classifier of 2x2 images that says where the brightest of the four pixels is."""

    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class Always(nn.Module):
    """A classifier that gives every image the same of four labels."""

    def __init__(self, label: int) -> None:
        super().__init__()
        self.label = label

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 4)
        logits[:, self.label] = 1
        return logits


class Roll(nn.Module):
    """A translator of 2x2 images that moves pixels one place on, of a and of b by different numbers."""

    def __init__(self, places_a: int, places_b: int) -> None:
        super().__init__()
        self.places = (places_a, places_b)

    def translate(self, images: Tensor, source: int) -> Tensor:
        return images.flatten(1).roll(self.places[source], dims=1).view_as(images)


def brightest_at(name: str, places: list[int], labels: list[int] | None) -> Domain:
    images = torch.zeros(len(places), 4, dtype=torch.uint8)
    images[torch.arange(len(places)), places] = 255
    known = None if labels is None else torch.tensor(labels)
    return Domain(name, images.view(-1, 1, 2, 2), known, classes=4)


@pytest.fixture
def pair() -> DomainPair:
    """Of `a`, 3 of 4 labels say where the brightest pixel is; of `b`, 1 of 2."""
    return DomainPair(brightest_at("a", [0, 1, 2, 3], [0, 1, 2, 0]), brightest_at("b", [0, 1], [1, 1]))


def test_accuracy_of_each_direction_is_the_share_of_images_labelled_right(pair: DomainPair) -> None:
    accuracies = Evaluator(pair, Brightest(), Brightest())(Roll(0, 0))
    assert accuracies == {"val_accuracy_a_to_b": 0.75, "val_accuracy_b_to_a": 0.5}


def test_each_domain_is_translated_in_its_own_direction(pair: DomainPair) -> None:
    # Moved on by one, a's images are labelled 1, 2, 3, 0 against 0, 1, 2, 0; b's stay.
    accuracies = Evaluator(pair, Brightest(), Brightest())(Roll(1, 0))
    assert accuracies == {"val_accuracy_a_to_b": 0.25, "val_accuracy_b_to_a": 0.5}


def test_images_are_labelled_by_the_other_domains_classifier(pair: DomainPair) -> None:
    # Half of a's labels are 0, which b's classifier says; all of b's are 1, which a's says.
    accuracies = Evaluator(pair, classifier_a=Always(1), classifier_b=Always(0))(Roll(0, 0))
    assert accuracies == {"val_accuracy_a_to_b": 0.5, "val_accuracy_b_to_a": 1.0}


def test_confusions_count_true_classes_against_labels_given(pair: DomainPair) -> None:
    evaluator = Evaluator(pair, Brightest(), Brightest())
    evaluator(Roll(0, 0))
    assert evaluator.confusions["a_to_b"].tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert evaluator.confusions["b_to_a"].tolist() == [[0] * 4, [1, 1, 0, 0], [0] * 4, [0] * 4]


def test_round_trip_is_labelled_by_the_own_classifier(pair: DomainPair) -> None:
    # Back in place after 1 + 3 steps, though no image was in place between.
    shares = round_trip_accuracy(Roll(1, 3), pair, (Brightest(), Always(2)))
    assert shares == {"round_trip_accuracy_a": 0.75, "round_trip_accuracy_b": 0.0}


def test_a_domain_without_labels_is_refused(pair: DomainPair) -> None:
    unlabelled = DomainPair(pair.a, brightest_at("b", [0], None))
    with pytest.raises(InputError, match="b has no labels"):
        Evaluator(unlabelled, Brightest(), Brightest())
    with pytest.raises(InputError, match="b has no labels"):
        round_trip_accuracy(Roll(0, 0), unlabelled, (Brightest(), Brightest()))


@pytest.fixture
def networks() -> tuple[Evaluator, Evaluator, nn.Module]:
    """Evaluators of 40 images of noise, in batches of 7 and of 256, and a translator; all untrained."""
    generator = torch.Generator().manual_seed(0)
    domains = [
        Domain(
            name,
            torch.randint(0, 256, (40, 1, side, side), dtype=torch.uint8, generator=generator),
            torch.randint(0, 10, (40,), generator=generator),
        )
        for name, side in (("mnist", 28), ("usps", 16))
    ]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        classifiers = [Classifier(1, side, 10).eval() for side in (28, 16)]
    small, large = (Evaluator(DomainPair(*domains), *classifiers, batch_size=size) for size in (7, 256))
    shapes = (ImageShape(1, 28), ImageShape(1, 16))
    return small, large, build_translator(shapes, width=1 / 64, latent_stride=1, momentum=0.1, seed=0)


def test_batch_size_changes_no_result(networks: tuple[Evaluator, Evaluator, nn.Module]) -> None:
    small, large, translator = networks
    for source in (0, 1):
        torch.testing.assert_close(small.logits(translator, source), large.logits(translator, source))
    assert small(translator) == large(translator)


def test_evaluation_leaves_modes_and_running_statistics_as_they_were(
    networks: tuple[Evaluator, Evaluator, nn.Module],
) -> None:
    _, evaluator, translator = networks
    translator.train()
    translator.encoders[0].eval()
    modes = [module.training for module in translator.modules()]
    state = {name: value.clone() for name, value in translator.state_dict().items()}
    evaluator(translator)
    assert [module.training for module in translator.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in translator.state_dict().items())


def test_logits_need_no_gradient_and_are_float32_in_reduced_precision(
    networks: tuple[Evaluator, Evaluator, nn.Module],
) -> None:
    _, evaluator, translator = networks
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = evaluator.logits(translator, 0)
    assert not logits.requires_grad
    assert logits.dtype == torch.float32
    assert logits.shape == (40, 10)


METRICS = {"val_accuracy_a_to_b": 0.75, "val_accuracy_b_to_a": 0.5, "loss_cc1": 9.0}


@pytest.mark.parametrize(
    ("direction", "expected"), [("a_to_b", 0.75), ("b_to_a", 0.5), ("both", 0.625), ("pareto", 0.625)]
)
def test_target_is_a_direction_or_the_mean_of_both(direction: str, expected: float) -> None:
    assert target_accuracy(METRICS, direction, ("a_to_b", "b_to_a")) == expected


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"direction='c_to_a' must be one of a_to_b, b_to_a, both, pareto; change --direction"
    ):
        target_accuracy(METRICS, "c_to_a", ("a_to_b", "b_to_a"))

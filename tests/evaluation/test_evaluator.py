from math import exp, isnan, log

import pytest
import torch
from torch import Tensor, nn
from two_by_two import Always, Brightest, Roll, brightest_at

from lstnet_search.config.metrics import CRITERIA, searched_means
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import Evaluator
from lstnet_search.models import ImageShape, Size, build_translator
from lstnet_search.models.classifier import Classifier


class Refusing(Brightest):
    """A classifier that must not be called."""

    def features(self, images: Tensor) -> Tensor:
        raise AssertionError("classified again")


def accuracies_of(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name.startswith("val_accuracy_")}


def test_accuracy_of_each_direction_is_the_share_of_images_labelled_right(pair: DomainPair) -> None:
    accuracies = accuracies_of(Evaluator(pair, (Brightest(), Brightest()))(Roll(0, 0)))
    assert accuracies == {"val_accuracy_a_to_b": 0.75, "val_accuracy_b_to_a": 0.5}


def test_each_domain_is_translated_in_its_own_direction(pair: DomainPair) -> None:
    # Rolled by one pixel, a's images are labelled 1, 2, 3, 0. The true labels are 0, 1, 2, 0. b's images stay.
    accuracies = accuracies_of(Evaluator(pair, (Brightest(), Brightest()))(Roll(1, 0)))
    assert accuracies == {"val_accuracy_a_to_b": 0.25, "val_accuracy_b_to_a": 0.5}


def test_images_are_labelled_by_the_other_domains_classifier(pair: DomainPair) -> None:
    # b's classifier always says 0, as half of a's labels are; a's always says 1, as all of b's labels are.
    accuracies = accuracies_of(Evaluator(pair, (Always(1), Always(0)))(Roll(0, 0)))
    assert accuracies == {"val_accuracy_a_to_b": 0.5, "val_accuracy_b_to_a": 1.0}


def test_confusions_count_true_classes_against_labels_given(pair: DomainPair) -> None:
    evaluator = Evaluator(pair, (Brightest(), Brightest()))
    evaluator(Roll(0, 0))
    assert evaluator.confusions["a_to_b"].tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert evaluator.confusions["b_to_a"].tolist() == [[0] * 4, [1, 1, 0, 0], [0] * 4, [0] * 4]


def test_criteria_of_a_direction_are_of_its_targets_classifier(pair: DomainPair) -> None:
    # Logits of b's classifier: 1 for one class, -1 for the others; each class once. So p = e² / (e² + 3), 3 times q.
    metrics = Evaluator(pair, (Always(1), Brightest()))(Roll(0, 0))
    p, q = exp(2) / (exp(2) + 3), 1 / (exp(2) + 3)
    certainty = p * log(p) + 3 * q * log(q)
    assert metrics["neg_entropy_a_to_b"] == pytest.approx(certainty)
    assert metrics["infomax_a_to_b"] == pytest.approx(log(4) + certainty)
    # Singular values of a 4 x 4 matrix with p on its diagonal and q elsewhere: p + 3q = 1, and three times p - q.
    assert metrics["bnm_a_to_b"] == pytest.approx((1 + 3 * (p - q)) / 4)
    assert metrics["class_ami_a_to_b"] == pytest.approx(1.0)
    assert metrics["class_ami_b_to_a"] == 0.0


def test_the_round_trip_of_a_direction_starts_at_its_target(pair: DomainPair) -> None:
    # b's images, rolled by 3 on the way to a and by 1 on the way back, are as before: 1 of 2 is correct. Of a, 3 of 4.
    metrics = Evaluator(pair, (Brightest(), Brightest()))(Roll(1, 3))
    assert metrics["round_trip_a_to_b"] == 0.5
    assert metrics["round_trip_b_to_a"] == 0.75


def test_a_permutation_of_classes_lowers_the_agreement_and_is_named(pair: DomainPair) -> None:
    # Resizing leaves the images as they are. After rolling by one pixel, class k is read as k + 1.
    evaluator = Evaluator(pair, (Brightest(), Brightest()))
    metrics = evaluator(Roll(1, 0))
    assert (metrics["agreement_a_to_b"], metrics["permuted_share_a_to_b"]) == (0.0, 1.0)
    assert (metrics["agreement_b_to_a"], metrics["permuted_share_b_to_a"]) == (1.0, 0.0)
    assert str(evaluator.permutations["a_to_b"]) == "0 read as 1, 1 read as 2, 2 read as 3, 3 read as 0"
    assert not evaluator.permutations["b_to_a"].alarming


def test_without_labels_of_b_only_label_free_metrics_of_one_direction_are_measured(pair: DomainPair) -> None:
    unlabelled = DomainPair(pair.a, brightest_at("b", [0, 1], None))
    evaluator = Evaluator(unlabelled, (Brightest(), None))
    metrics = evaluator(Roll(0, 0))
    assert set(metrics) == {f"{name}_b_to_a" for name in (*CRITERIA, "permuted_share")}
    assert metrics["round_trip_b_to_a"] == 0.75
    assert evaluator.confusions == {}


def test_a_diverged_translator_gives_a_value_that_is_not_finite(pair: DomainPair) -> None:
    class Broken(Roll):
        def translate(self, images: Tensor, source: int) -> Tensor:
            return super().translate(images, source) * torch.nan

    metrics = Evaluator(pair, (Brightest(), Brightest()))(Broken(0, 0))
    assert isnan(metrics["neg_entropy_a_to_b"])


@pytest.fixture
def networks() -> tuple[Evaluator, Evaluator, nn.Module]:
    """Evaluators of 40 images of noise, in batches of 7 and of 256, and a translator. No network is trained."""
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
    small, large = (Evaluator(DomainPair(*domains), tuple(classifiers), batch_size=size) for size in (7, 256))
    shapes = (ImageShape(1, 28), ImageShape(1, 16))
    return small, large, build_translator(shapes, size=Size(1 / 64), latent_stride=1, momentum=0.1, seed=0)


def test_batch_size_changes_no_result(networks: tuple[Evaluator, Evaluator, nn.Module]) -> None:
    small, large, translator = networks
    for source in (0, 1):
        ours, theirs = small.outputs(translator, source), large.outputs(translator, source)
        torch.testing.assert_close(ours.logits, theirs.logits)
    assert small(translator) == pytest.approx(large(translator), abs=1e-6)


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
        logits = evaluator.outputs(translator, 0).logits
    assert not logits.requires_grad
    assert logits.dtype == torch.float32
    assert logits.shape == (40, 10)


METRICS = {
    "val_accuracy_a_to_b": 0.75,
    "val_accuracy_b_to_a": 0.5,
    "snd_a_to_b": 3.0,
    "snd_b_to_a": 1.0,
    "loss_cc1": 9.0,
}


@pytest.mark.parametrize(
    ("directions", "target", "snd"),
    [(("a_to_b",), 0.75, 3.0), (("b_to_a",), 0.5, 1.0), (("a_to_b", "b_to_a"), 0.625, 2.0)],
)
def test_means_are_taken_over_the_directions_searched(directions: tuple[str, ...], target: float, snd: float) -> None:
    assert searched_means(METRICS, directions) == {"target_accuracy": target, "snd": snd}


def test_no_mean_is_taken_of_what_one_direction_lacks() -> None:
    metrics = {"val_accuracy_a_to_b": 0.75, "snd_a_to_b": 3.0, "snd_b_to_a": 1.0}
    assert searched_means(metrics, ("a_to_b", "b_to_a")) == {"snd": 2.0}


def test_given_labels_of_resized_images_are_not_computed_again(pair: DomainPair) -> None:
    known = Evaluator(pair, (Brightest(), Brightest())).resized_labels
    assert [labels.tolist() for labels in known] == [[0, 1, 2, 3], [0, 1]]
    moved = tuple((labels + 1) % 4 for labels in known)
    again = Evaluator(pair, (Brightest(), Brightest()), resized_labels=moved)  # type: ignore[arg-type]  # a pair
    assert again(Roll(1, 1))["agreement_a_to_b"] == 1.0
    Evaluator(pair, (Refusing(), Refusing()), resized_labels=known)

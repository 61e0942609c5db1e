from dataclasses import replace

import pytest
import torch

from lstnet_search.config import PRESETS
from lstnet_search.config.trial import CLASSIFIER_AUGMENTATIONS
from lstnet_search.domains import Augmentation, Domain
from lstnet_search.errors import InputError
from lstnet_search.evaluation import ClassifierSettings, train_classifier
from lstnet_search.evaluation.classifiers import build_classifier
from lstnet_search.evaluation.prepare import own_accuracy
from lstnet_search.models.classifier import Classifier

CPU = torch.device("cpu")
SHORT = ClassifierSettings(steps=30, batch_size=32)


NARROW = Augmentation(**CLASSIFIER_AUGMENTATIONS["narrow"])


def same_bits(first: Classifier, second: Classifier) -> bool:
    other = second.state_dict()
    return all(torch.equal(value, other[name]) for name, value in first.state_dict().items())


def test_classes_are_learnt(stripes: Domain) -> None:
    classifier = train_classifier(stripes, replace(SHORT, steps=100), seed=0, device=CPU)
    assert own_accuracy(classifier, stripes) > 0.95


def test_training_ends_in_evaluation_mode_without_gradients(stripes: Domain) -> None:
    classifier = train_classifier(stripes, SHORT, seed=0, device=CPU)
    assert not any(module.training for module in classifier.modules())
    assert not any(weight.requires_grad for weight in classifier.parameters())


def test_a_seed_gives_the_same_bits_and_another_seed_others(stripes: Domain) -> None:
    first, again, other = (train_classifier(stripes, SHORT, seed=seed, device=CPU) for seed in (0, 0, 1))
    assert same_bits(first, again)
    assert not same_bits(first, other)


def test_the_number_of_threads_does_not_matter_and_is_restored(stripes: Domain) -> None:
    classifiers = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        classifiers.append(train_classifier(stripes, SHORT, seed=0, device=CPU))
        assert torch.get_num_threads() == threads
    torch.set_num_threads(1)
    assert same_bits(*classifiers)


def test_the_global_generator_neither_decides_nor_moves(stripes: Domain) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        first = train_classifier(stripes, SHORT, seed=0, device=CPU)
        torch.manual_seed(2)
        before = torch.get_rng_state()
        second = train_classifier(stripes, SHORT, seed=0, device=CPU)
        assert torch.equal(torch.get_rng_state(), before)
    assert same_bits(first, second)


def test_unlabelled_images_from_another_look_are_learnt_without_their_labels(stripes: Domain) -> None:
    dim = Domain("dim", stripes.images // 4 + 150, stripes.labels, classes=stripes.classes)
    settings = replace(SHORT, steps=150, augmentation=NARROW)
    alone = train_classifier(stripes, settings, 0, CPU)
    adapted = train_classifier(stripes, settings, 0, CPU, dim.images)
    assert own_accuracy(alone, dim) < 0.6
    assert own_accuracy(adapted, dim) > 0.95
    assert not any(module.training for module in adapted.modules())
    assert not any(weight.requires_grad for weight in adapted.parameters())
    assert same_bits(adapted, train_classifier(stripes, settings, 0, CPU, dim.images))


def test_settings_of_a_training_name_steps_and_augmentation() -> None:
    config = PRESETS["cpu"].trial.override({"classifier_steps": 70, "classifier_augmentation": "narrow"}, "a test")
    assert ClassifierSettings.of(config) == ClassifierSettings(steps=70, augmentation=NARROW)


def test_fewer_images_than_a_batch_are_taken_together(stripes: Domain) -> None:
    few = stripes.take(torch.arange(20))
    classifier = train_classifier(few, SHORT, seed=0, device=CPU)
    assert not same_bits(classifier, build_classifier(few, 0, CPU))


def test_unlabelled_images_are_refused(stripes: Domain) -> None:
    unlabelled = Domain("stripes", stripes.images, None)
    with pytest.raises(InputError, match="stripes has no labels"):
        train_classifier(unlabelled, SHORT, seed=0, device=CPU)

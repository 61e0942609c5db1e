"""How good a network is: classifiers, accuracies, criteria, and trainings that report them."""

from lstnet_search.evaluation.accuracy import round_trip_accuracy
from lstnet_search.evaluation.classifier_cache import cached_classifier
from lstnet_search.evaluation.classifiers import ClassifierSettings, train_classifier
from lstnet_search.evaluation.evaluated_training import EvaluatedTraining
from lstnet_search.evaluation.evaluator import Evaluator
from lstnet_search.evaluation.full_training import UnevaluatedTraining, WholeSets
from lstnet_search.evaluation.inference import TranslatesImages
from lstnet_search.evaluation.prepare import Prepared, prepare, prepare_pair
from lstnet_search.evaluation.readers import adapt, adapted_classifier, reader_accuracies
from lstnet_search.evaluation.trainings import Training
from lstnet_search.methods.resizing import Resizing

__all__ = [
    "ClassifierSettings",
    "EvaluatedTraining",
    "Evaluator",
    "Prepared",
    "Resizing",
    "Training",
    "TranslatesImages",
    "UnevaluatedTraining",
    "WholeSets",
    "adapt",
    "adapted_classifier",
    "cached_classifier",
    "prepare",
    "prepare_pair",
    "reader_accuracies",
    "round_trip_accuracy",
    "train_classifier",
]

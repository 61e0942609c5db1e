"""What a translator is worth: its images, labelled by the other domain's classifier."""

from lstnet_search.evaluation.accuracy import round_trip_accuracy, translation_accuracy
from lstnet_search.evaluation.classifier_cache import cached_classifier, default_cache_dir
from lstnet_search.evaluation.classifiers import ClassifierSettings, train_classifier
from lstnet_search.evaluation.evaluated_training import EvaluatedTraining
from lstnet_search.evaluation.evaluator import Evaluator, searched_means
from lstnet_search.evaluation.full_training import UnwatchedTraining, WholeSets
from lstnet_search.evaluation.inference import TranslatesImages
from lstnet_search.evaluation.prepare import Prepared, prepare, prepare_pair
from lstnet_search.evaluation.repeated_training import RepeatedTraining, repeat_seeds
from lstnet_search.methods.resizing import Resizing

__all__ = [
    "ClassifierSettings",
    "EvaluatedTraining",
    "Evaluator",
    "Prepared",
    "RepeatedTraining",
    "Resizing",
    "TranslatesImages",
    "UnwatchedTraining",
    "WholeSets",
    "cached_classifier",
    "default_cache_dir",
    "prepare",
    "prepare_pair",
    "repeat_seeds",
    "round_trip_accuracy",
    "searched_means",
    "train_classifier",
    "translation_accuracy",
]

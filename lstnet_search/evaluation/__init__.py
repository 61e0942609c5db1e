"""What a translator is worth: its images, labelled by the other domain's classifier."""

from lstnet_search.evaluation.accuracy import (
    TARGET,
    Evaluator,
    metric_name,
    round_trip_accuracy,
    target_accuracy,
)
from lstnet_search.evaluation.baseline import Resizing
from lstnet_search.evaluation.classifier_cache import cached_classifier, default_cache_dir
from lstnet_search.evaluation.classifiers import ClassifierSettings, train_classifier
from lstnet_search.evaluation.evaluated_training import EvaluatedTraining
from lstnet_search.evaluation.inference import TranslatesImages
from lstnet_search.evaluation.prepare import Prepared, prepare

__all__ = [
    "TARGET",
    "ClassifierSettings",
    "EvaluatedTraining",
    "Evaluator",
    "Prepared",
    "Resizing",
    "TranslatesImages",
    "cached_classifier",
    "default_cache_dir",
    "metric_name",
    "prepare",
    "round_trip_accuracy",
    "target_accuracy",
    "train_classifier",
]

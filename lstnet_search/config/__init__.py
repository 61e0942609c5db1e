"""Typed, checked settings of a trial, a search space and a search. Trains nothing and reads no images."""

from lstnet_search.config.methods import (
    WEIGHT_NAMES,
    CoGANConfig,
    DeepJDOTConfig,
    LSTNetConfig,
    NoTranslationConfig,
    TranslationConfig,
    UNITConfig,
)
from lstnet_search.config.presets import PRESETS, Preset, PresetName
from lstnet_search.config.space.ranges import Choice, LogUniform, QUniform, RandInt, Range, Uniform
from lstnet_search.config.space.space import Space
from lstnet_search.config.trial import METHODS, TrialConfig

__all__ = [
    "METHODS",
    "PRESETS",
    "WEIGHT_NAMES",
    "Choice",
    "CoGANConfig",
    "DeepJDOTConfig",
    "LSTNetConfig",
    "LogUniform",
    "NoTranslationConfig",
    "Preset",
    "PresetName",
    "QUniform",
    "RandInt",
    "Range",
    "Space",
    "TranslationConfig",
    "TrialConfig",
    "UNITConfig",
    "Uniform",
]

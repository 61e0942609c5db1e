"""Typed, checked settings of a trial, of a search space, of a search."""

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
from lstnet_search.errors import InputError, explain
from lstnet_search.io.yaml import read_yaml

__all__ = [
    "METHODS",
    "PRESETS",
    "WEIGHT_NAMES",
    "Choice",
    "CoGANConfig",
    "DeepJDOTConfig",
    "InputError",
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
    "explain",
    "read_yaml",
]

"""Typed, checked settings of a trial, of a search space, of a search."""

from lstnet_search.config.errors import InputError, explain
from lstnet_search.config.presets import PRESETS, Preset, PresetName
from lstnet_search.config.ranges import Choice, LogUniform, QUniform, RandInt, Range, Uniform
from lstnet_search.config.space import Space
from lstnet_search.config.trial import WEIGHT_NAMES, TrialConfig
from lstnet_search.config.yaml_file import read_yaml

__all__ = [
    "PRESETS",
    "WEIGHT_NAMES",
    "Choice",
    "InputError",
    "LogUniform",
    "Preset",
    "PresetName",
    "QUniform",
    "RandInt",
    "Range",
    "Space",
    "TrialConfig",
    "Uniform",
    "explain",
    "read_yaml",
]

"""Builds the method that a configuration names, or only its evaluated network."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from lstnet_search.config import (
    CoGANConfig,
    DeepJDOTConfig,
    LSTNetConfig,
    NoTranslationConfig,
    TranslationConfig,
    TrialConfig,
    UNITConfig,
)
from lstnet_search.methods.base import Method, Problem
from lstnet_search.methods.builders import size_of
from lstnet_search.methods.cogan import CoGANAdaptation
from lstnet_search.methods.cogan_networks import PairDiscriminator, pair_shapes
from lstnet_search.methods.deepjdot import DeepJDOTAdaptation
from lstnet_search.methods.deepjdot_network import JointNetwork
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.methods.no_translation import NoTranslation
from lstnet_search.methods.per_direction import PerDirection
from lstnet_search.methods.resizing import Resizing
from lstnet_search.methods.unit import UNIT
from lstnet_search.models import Translator


def build_method(
    config: TrialConfig,
    problem: Problem,
    device: torch.device,
    autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Method:
    """The networks and optimisers of a new training.

    Args:
        config: settings of the training. Its class determines the method.
        problem: what is known about the data.
        device: where everything lives.
        autocast: makes the mixed-precision context that the networks run in.
    """
    match config:
        case LSTNetConfig():
            return LSTNet(config, problem, device, autocast)
        case UNITConfig():
            return UNIT(config, problem, device, autocast)
        case CoGANConfig():
            return PerDirection(CoGANAdaptation, config, problem, device, autocast)
        case DeepJDOTConfig():
            return PerDirection(DeepJDOTAdaptation, config, problem, device, autocast)
        case NoTranslationConfig():
            return NoTranslation(problem, device)
    raise AssertionError(config)


def build_network(config: TrialConfig, problem: Problem) -> nn.Module:
    """The evaluated network of a method, untrained, in evaluation mode, on the CPU."""
    shapes, classes = problem.shapes, problem.classes
    match config:
        case TranslationConfig():
            network: nn.Module = Translator(shapes, size_of(config), config.latent_stride, config.batch_norm_momentum)
        case CoGANConfig():
            network = Labeller({source: PairDiscriminator(pair_shapes(shapes), classes) for source in problem.sources})
        case DeepJDOTConfig():
            network = Labeller(
                {source: JointNetwork(shapes, classes, config.width, config.pool_stride) for source in problem.sources}
            )
        case _:
            network = Resizing(shapes)
    return network.eval()


def labels_itself(config: TrialConfig) -> bool:
    """Whether a method's own network labels images; otherwise they are read by classifiers."""
    return isinstance(config, CoGANConfig | DeepJDOTConfig)


def translates(config: TrialConfig) -> bool:
    """Whether a method generates images, which can be shown and translated back."""
    return isinstance(config, TranslationConfig)

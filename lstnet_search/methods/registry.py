"""The methods there are: what builds each, and its evaluated network alone."""

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
from lstnet_search.methods.cogan import CoGANAdaptation
from lstnet_search.methods.cogan_networks import PairDiscriminator, pair_shapes
from lstnet_search.methods.deepjdot import DeepJDOTAdaptation
from lstnet_search.methods.deepjdot_network import JointNetwork
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.methods.no_translation import NoTranslation
from lstnet_search.methods.per_direction import Directed
from lstnet_search.methods.resizing import Resizing
from lstnet_search.methods.unit import UNIT
from lstnet_search.models import Translator


def build_method(
    config: TrialConfig,
    problem: Problem,
    device: torch.device,
    autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Method:
    """Networks and optimisers of a training that begins.

    Args:
        config: of the training; its class says which method.
        problem: what is known of the data.
        device: where everything is to live.
        autocast: makes the context of mixed precision that networks run in.
    """
    match config:
        case LSTNetConfig():
            return LSTNet(config, problem.shapes, device, autocast, problem.means)
        case UNITConfig():
            return UNIT(config, problem, device, autocast)
        case CoGANConfig():
            return Directed(CoGANAdaptation, config, problem, device, autocast)
        case DeepJDOTConfig():
            return Directed(DeepJDOTAdaptation, config, problem, device, autocast)
        case NoTranslationConfig():
            return NoTranslation(problem, device)
    raise AssertionError(config)


def build_network(config: TrialConfig, problem: Problem) -> nn.Module:
    """What is evaluated of a method, untrained and in evaluation mode, on the CPU."""
    shapes, classes = problem.shapes, problem.classes
    match config:
        case TranslationConfig():
            network: nn.Module = Translator(shapes, config.width, config.latent_stride, config.batch_norm_momentum)
        case CoGANConfig():
            network = Labeller({each: PairDiscriminator(pair_shapes(shapes), classes) for each in problem.sources})
        case DeepJDOTConfig():
            network = Labeller(
                {each: JointNetwork(shapes, classes, config.width, config.pool_stride) for each in problem.sources}
            )
        case _:
            network = Resizing(shapes)
    return network.eval()


def translates(config: TrialConfig) -> bool:
    """Whether a method makes images, which can be looked at and sent back."""
    return isinstance(config, TranslationConfig)

"""The settings of each method."""

from typing import Annotated, Literal

from pydantic import Field

from lstnet_search.config.number_types import (
    BatchSize,
    Count,
    CountOrZero,
    Degrees,
    Fraction,
    NotBoolean,
    Number,
    Pixels,
    Rate,
    Weight,
    Whole,
)
from lstnet_search.config.trial import TrialConfig

Width = Annotated[Number, Field(gt=0, le=4)]
"""Factor on the number of a network's filters; 1 is the published network."""
AdversarialLoss = Literal["non_saturating", "minimax", "least_squares"]

WEIGHT_NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "wl")
"""The weights of Eq. 1, in the paper's order."""


class TranslationConfig(TrialConfig):
    """Settings of methods with the networks of Table 1."""

    width: Width = 1.0
    min_filters: Annotated[Whole, Field(ge=1, le=512)] = 4
    """The fewest filters of a layer: narrow networks lack capacity first where Table 1 has few filters."""
    latent_stride: Annotated[Literal[1, 3], NotBoolean] = 1
    batch_norm_momentum: Rate = 0.01
    """In PyTorch's sense: the weight of the newest batch in the running statistics."""
    adversarial_loss: AdversarialLoss = "non_saturating"
    anchor: Weight = 0.0
    """Initial weight of the distance between translations and resized images; see docs/methods.md."""
    anchor_steps: Count = 300
    """Steps over which that weight falls linearly to 0, but at most half of all steps."""
    anchor_unlike: bool = False
    """Whether to anchor even if resized images of one domain do not resemble images of the other."""
    cooldown: Annotated[Number, Field(ge=0, le=1)] = 0.0
    """Share of the steps, at the end, over which the learning rate falls linearly to 0."""


class LSTNetConfig(TranslationConfig):
    """Settings of LSTNet.

    The defaults are those of the paper (Friedjungova et al., ESANN 2020). docs/decisions.md explains
    the choices that the paper leaves open.
    """

    weight_names = WEIGHT_NAMES

    method: Literal["lstnet"] = "lstnet"

    w1: Weight = 20.0
    w2: Weight = 20.0
    w3: Weight = 100.0
    w4: Weight = 100.0
    w5: Weight = 100.0
    w6: Weight = 100.0
    wl: Weight = 30.0


class UNITConfig(TranslationConfig):
    """Settings of UNIT (Liu, Breuel, Kautz 2017): the published ones for digits, with LSTNet's networks."""

    weight_names = ("gan1", "gan2", "kl", "reconstruction", "cycle_kl", "cycle_reconstruction")

    method: Literal["unit"] = "unit"

    gan1: Weight = 1.0
    gan2: Weight = 1.0
    kl: Weight = 1e-4
    reconstruction: Weight = 1e-3
    cycle_kl: Weight = 1e-4
    cycle_reconstruction: Weight = 1e-3

    learning_rate: Rate = 2e-4
    beta1: Fraction = 0.5


class CoGANConfig(TrialConfig):
    """Settings of CoGAN (Liu and Tuzel 2016), as in its authors' code."""

    weight_names = ("classification", "similarity")

    method: Literal["cogan"] = "cogan"

    classification: Weight = 10.0
    """Weight of the loss on one domain's labels; the adversarial loss has weight 1."""
    similarity: Weight = 0.01
    """Weight of the squared distance between features of the two images that are made from the same noise."""

    width: Width = 1.0
    weight_decay: Weight = 5e-4
    learning_rate: Rate = 2e-4
    beta1: Fraction = 0.5
    rotation: Degrees = 0.0
    scale: Fraction = 0.0
    shift: Pixels = 0.0
    steps: Count = 10_000


class DeepJDOTConfig(TrialConfig):
    """Settings of DeepJDOT (Damodaran et al. 2018), as in its authors' code."""

    weight_names = ("alpha", "lam")

    method: Literal["deepjdot"] = "deepjdot"

    alpha: Weight = 1e-3
    """Weight of the squared distance between features in the transport cost."""
    lam: Weight = 1e-4
    """Weight of the cross-entropy between predictions and transported labels in that cost; the paper's lambda."""

    width: Width = 1.0
    pool_stride: Annotated[Literal[1, 2], NotBoolean] = 1
    """Stride of the three pooling layers; 1 is the published one, 2 costs a twentieth as much."""
    pretraining_steps: CountOrZero = 4200
    """How many of the first steps see only the labelled domain. The default is ten passes over MNIST."""
    pretraining_batch_size: BatchSize = 128
    pretraining_rate: Rate = 2e-4
    decay_after: CountOrZero = 10_000
    """Steps of adaptation after which the learning rate drops to a tenth."""

    beta1: Fraction = 0.9
    batch_size: BatchSize = 500
    rotation: Degrees = 0.0
    scale: Fraction = 0.0
    shift: Pixels = 0.0
    steps: Count = 19_200
    cuda_graph: Literal[False] = False
    """The transport plan is computed on the CPU, which a CUDA graph cannot record."""


class NoTranslationConfig(TrialConfig):
    """Settings of plain resizing, which trains nothing."""

    method: Literal["no_translation"] = "no_translation"

    cuda_graph: Literal[False] = False
    steps: Annotated[Literal[1], NotBoolean] = 1

    @classmethod
    def searchable(cls) -> tuple[str, ...]:
        """No setting: nothing is trained."""
        return ()

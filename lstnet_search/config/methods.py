"""The settings of each method."""

from typing import Annotated, Literal

from pydantic import Field

from lstnet_search.config.number_types import LARGEST_COUNT, Count, NotBoolean, Number, Whole
from lstnet_search.config.trial import Fraction, TrialConfig, Weight

Width = Annotated[Number, Field(gt=0, le=4)]
"""Factor on the filters of a network; 1 is the published one."""
AdversarialLoss = Literal["non_saturating", "minimax", "least_squares"]

WEIGHT_NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "wl")
"""The weights of Eq. 1, in the paper's order."""


class TranslationConfig(TrialConfig):
    """Settings of the networks of Table 1."""

    width: Width = 1.0
    latent_stride: Annotated[Literal[1, 3], NotBoolean] = 1
    batch_norm_momentum: Annotated[Number, Field(gt=0, le=1)] = 0.01
    """In PyTorch's sense: the share of the newest batch."""
    adversarial_loss: AdversarialLoss = "non_saturating"


class LSTNetConfig(TranslationConfig):
    """Settings of LSTNet.

    The defaults are the paper's (Friedjungova et al., ESANN 2020) or, where it is silent,
    those argued for in docs/decisions.md.
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
    """Settings of UNIT (Liu, Breuel, Kautz 2017), its published ones for digits; the networks are LSTNet's."""

    weight_names = ("gan1", "gan2", "kl", "reconstruction", "cycle_kl", "cycle_reconstruction")

    method: Literal["unit"] = "unit"

    gan1: Weight = 1.0
    gan2: Weight = 1.0
    kl: Weight = 1e-4
    reconstruction: Weight = 1e-3
    cycle_kl: Weight = 1e-4
    cycle_reconstruction: Weight = 1e-3

    learning_rate: Annotated[Number, Field(gt=0, le=1)] = 2e-4
    beta1: Fraction = 0.5


class CoGANConfig(TrialConfig):
    """Settings of CoGAN (Liu and Tuzel 2016), as its authors' code has them."""

    weight_names = ("classification", "similarity")

    method: Literal["cogan"] = "cogan"

    classification: Weight = 10.0
    """Of the labels of one domain, beside the game of weight 1."""
    similarity: Weight = 0.01
    """Of the squared distance between features of the two images that are made of the same noise."""

    width: Width = 1.0
    weight_decay: Weight = 5e-4
    learning_rate: Annotated[Number, Field(gt=0, le=1)] = 2e-4
    beta1: Fraction = 0.5
    rotation: Annotated[Number, Field(ge=0, le=180)] = 0.0
    scale: Fraction = 0.0
    shift: Annotated[Number, Field(ge=0, le=14)] = 0.0
    steps: Count = 10_000


class DeepJDOTConfig(TrialConfig):
    """Settings of DeepJDOT (Damodaran et al. 2018), as its authors' code has them."""

    weight_names = ("alpha", "lam")

    method: Literal["deepjdot"] = "deepjdot"

    alpha: Weight = 1e-3
    """Of the squared distance of features in the transport's cost."""
    lam: Weight = 1e-4
    """Of the cross-entropy between predictions and transported labels there; the paper's lambda."""

    width: Width = 1.0
    pool_stride: Annotated[Literal[1, 2], NotBoolean] = 1
    """Of its three poolings; 1 is the published one, 2 costs a twentieth."""
    pretraining_steps: Annotated[Whole, Field(ge=0, le=LARGEST_COUNT)] = 4200
    """Of `steps`, the first so many see the labelled domain alone: ten passes over MNIST."""
    pretraining_batch_size: Annotated[Whole, Field(ge=2, le=4096)] = 128
    pretraining_rate: Annotated[Number, Field(gt=0, le=1)] = 2e-4
    decay_after: Annotated[Whole, Field(ge=0, le=LARGEST_COUNT)] = 10_000
    """Steps of adaptation after which the learning rate is a tenth."""

    beta1: Fraction = 0.9
    batch_size: Annotated[Whole, Field(ge=2, le=4096)] = 500
    rotation: Annotated[Number, Field(ge=0, le=180)] = 0.0
    scale: Fraction = 0.0
    shift: Annotated[Number, Field(ge=0, le=14)] = 0.0
    steps: Count = 19_200
    cuda_graph: Literal[False] = False
    """The transport's plan is made on the CPU, which a graph cannot record."""


class NoTranslationConfig(TrialConfig):
    """Settings of plain resizing, which trains nothing."""

    method: Literal["no_translation"] = "no_translation"

    cuda_graph: Literal[False] = False
    steps: Annotated[Literal[1], NotBoolean] = 1

    @classmethod
    def searchable(cls) -> tuple[str, ...]:
        """None: nothing is trained."""
        return ()

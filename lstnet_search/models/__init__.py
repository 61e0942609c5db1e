"""Networks: the translator and the discriminators of the paper's Table 1, and the digit classifier. No training."""

from lstnet_search.models.architecture import Size
from lstnet_search.models.discriminator import Discriminators, build_discriminators
from lstnet_search.models.translator import ImageShape, Translator, build_translator

__all__ = [
    "Discriminators",
    "ImageShape",
    "Size",
    "Translator",
    "build_discriminators",
    "build_translator",
]

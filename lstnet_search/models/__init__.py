"""Networks: the translator and discriminators of Table 1, and the digit classifier."""

from lstnet_search.config.image_sides import SIDES
from lstnet_search.models.discriminator import Discriminators, build_discriminators
from lstnet_search.models.translator import ImageShape, Translator, build_translator

__all__ = [
    "SIDES",
    "Discriminators",
    "ImageShape",
    "Translator",
    "build_discriminators",
    "build_translator",
]

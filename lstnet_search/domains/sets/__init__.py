"""Known data sets: bundled ones, those of torchvision and scikit-learn, and sets made from them. No users' images."""

__all__ = [
    "bundled",
    "digits",
    "downloads",
    "idx_sets",
    "mnist_like",
    "mnist_m",
    "objects",
    "svhn",
    "textured",
    "torchvision",
]

"""Known data sets: bundled ones, those of torchvision and scikit-learn, SVHN, textured digits. No images of users."""

__all__ = ["bundled", "digits", "svhn", "textured", "torchvision"]

"""Known data sets: bundled ones, those of torchvision and scikit-learn, SVHN, textured digits. No images of users."""

__all__ = ["bundled", "digits", "downloads", "idx_sets", "svhn", "textured", "torchvision"]

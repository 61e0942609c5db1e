"""Known data sets: bundled images, the sets of torchvision, SVHN, and textured digits. No images of users."""

__all__ = ["bundled", "svhn", "textured", "torchvision"]

"""Known data sets: bundled, torchvision"s, SVHN, textured digits. A user"s own images are in `domains.user_images`."""

__all__ = ["bundled", "svhn", "textured", "torchvision"]

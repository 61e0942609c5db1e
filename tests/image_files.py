"""Folders of small image files, for tests of users' own images."""

from pathlib import Path

from PIL import Image


def draw(path: Path, brightness: int = 255, size: tuple[int, int] = (28, 28), mode: str = "L") -> None:
    """Write an image of a bright square on black, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new(mode, size)
    image.paste(brightness if mode == "L" else (brightness, 0, 0), (4, 4, 8, 8))
    image.save(path)


def fill(folder: Path, *classes: str, count: int = 25, size: tuple[int, int] = (28, 28), mode: str = "L") -> Path:
    """Write `count` images, each with a different brightness, to one subfolder per class."""
    for name in classes:
        for number in range(count):
            draw(folder / name / f"{number:02d}.png", 255 - number, size, mode)
    return folder

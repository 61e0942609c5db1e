"""How fast a user's images are read, from their files and then from the cache, and how much memory a long list takes.

python benchmarks/folders.py --count 70000 --listed 1000000 --output benchmarks/results/folders.json

Speeds are images per second of processor time, so that other work on the machine does not count.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from machine import MEBI, pin, resident
from PIL import Image
from reporting import OutputFile, write_json

from lstnet_search.cli.app import run_script
from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains.formats.opening import open_images
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.domain import read_user_images


def main(
    count: Annotated[int, typer.Option(min=1000, help="Number of images of each format.")] = 70_000,
    listed: Annotated[int, typer.Option(min=1000, help="Number of files to list.")] = 1_000_000,
    threads: Annotated[int, typer.Option(min=1, help="Threads, each pinned to a core.")] = 2,
    output: OutputFile = None,
) -> None:
    """Write images in each format, read them twice, and print the speeds."""
    pin(threads)
    results: dict[str, float] = {"count": count, "listed": listed}
    formats: dict[str, Callable[[Path, int], None]] = {
        "PNG, 28x28": write_png,
        "JPEG, 64x64": write_jpeg,
        "Parquet of bytes, 28x28": write_parquet,
    }
    for name, write in formats.items():
        with TemporaryDirectory() as temporary:
            images, cache = Path(temporary) / "images", Path(temporary) / "cache"
            write(images, count)
            for start in ("first start", "second start"):
                speed = count / _seconds_of_reading(images, cache)
                results[f"{name}, {start}"] = speed
                print(f"{name}, {start}: {count} images, {speed:.0f} per second of CPU")
    with TemporaryDirectory() as temporary:
        seconds, mebi = list_files(Path(temporary), listed)
    results |= {"seconds of CPU to list": seconds, "MiB to list": mebi}
    print(
        f"listing: {listed} files in {seconds:.1f} s of CPU, {mebi:.0f} MiB, {mebi * MEBI / listed:.0f} bytes per file"
    )
    write_json(output, results)


def write_png(folder: Path, count: int) -> None:
    """Write bundled MNIST images, repeated as often as necessary, to one subfolder per class."""
    _write_folder(folder, *_digits(), count, "png")


def write_jpeg(folder: Path, count: int) -> None:
    """Write noisy colour ramps as JPEG files."""
    ramp = np.add.outer(np.arange(64), np.arange(64))[..., None] + np.array([0, 40, 90])
    generator = np.random.default_rng(0)
    encoded = []
    for _ in range(1000):
        buffer = io.BytesIO()
        noisy = ramp + generator.integers(0, 40, ramp.shape)
        Image.fromarray(noisy.astype(np.uint8)).save(buffer, "jpeg", quality=90)
        encoded.append(buffer.getvalue())
    _write_folder(folder, encoded, [number % 10 for number in range(1000)], count, "jpg")


def write_parquet(folder: Path, count: int) -> None:
    """Write bundled MNIST images to one Parquet file."""
    folder.mkdir()
    images, labels = _digits()
    rows = [number % len(images) for number in range(count)]
    table = pa.table({"image": [images[row] for row in rows], "label": [labels[row] for row in rows]})
    pq.write_table(table, folder / "images.parquet")


def list_files(folder: Path, count: int) -> tuple[float, float]:
    """Seconds of processor time and MiB that it takes to list empty files in ten subfolders."""
    for label in range(10):
        (folder / str(label)).mkdir()
    for number in range(count):
        (folder / str(number % 10) / f"{number:07d}.png").touch()
    before, started = resident(), time.process_time()
    source = open_images(UserImages("images", "folder", str(folder)))
    layout = source.layout()
    seconds, mebi = time.process_time() - started, resident() - before
    assert layout.labels is not None
    assert len(layout.labels) == len(source) == count
    return seconds, mebi


def _digits() -> tuple[list[bytes], list[int]]:
    table = pq.read_table(BUNDLED / "mnist.parquet")
    return table["image"].to_pylist(), table["label"].to_pylist()


def _write_folder(folder: Path, images: list[bytes], labels: list[int], count: int, ending: str) -> None:
    for label in sorted(set(labels)):
        (folder / str(label)).mkdir(parents=True)
    for number in range(count):
        index = number % len(images)
        (folder / str(labels[index]) / f"{number:06d}.{ending}").write_bytes(images[index])


def _seconds_of_reading(images: Path, cache: Path) -> float:
    started = time.process_time()
    read_user_images(UserImages("images", "images", str(images)), "train", cache_dir=cache)
    return time.process_time() - started


if __name__ == "__main__":
    run_script(main)

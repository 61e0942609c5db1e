"""How fast a folder of PNG images is read for the first time, and from the cache.

python benchmarks/folders.py --count 70000
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pyarrow.parquet as pq
import typer
from machine import pin

from lstnet_search.cli.app import run_script
from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.domain import read_user_images


def main(
    count: Annotated[int, typer.Option(min=1000, help="Number of images.")] = 70_000,
    threads: Annotated[int, typer.Option(min=1, help="Threads, each pinned to a core.")] = 2,
) -> None:
    """Write bundled MNIST images, repeated as often as necessary, to one folder per class, and read them twice."""
    pin(threads)
    with TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "images", Path(temporary) / "cache"
        write(folder, count)
        for source in ("first time", "from the cache"):
            start, cpu_start = time.perf_counter(), time.process_time()
            read_user_images(UserImages("images", "folder", str(folder)), "train", cache_dir=cache)
            seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
            speed = f"{count / seconds:.0f} per second"
            print(f"{source}: {count} images in {seconds:.2f} s ({cpu_seconds:.2f} s of CPU), {speed}")


def write(folder: Path, count: int) -> None:
    """Write PNG files, in one subfolder per class."""
    table = pq.read_table(BUNDLED / "mnist.parquet")
    images, labels = table["image"].to_pylist(), table["label"].to_pylist()
    for label in sorted(set(labels)):
        (folder / str(label)).mkdir(parents=True)
    for number in range(count):
        index = number % len(images)
        (folder / str(labels[index]) / f"{number:06d}.png").write_bytes(images[index])


if __name__ == "__main__":
    run_script(main)

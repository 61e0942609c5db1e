"""How fast a folder of PNG images is read the first time, and from the cache after that.

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
from lstnet_search.config.domain_names import OwnImages
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.domain import read_own


def main(
    count: Annotated[int, typer.Option(min=1000, help="Images.")] = 70_000,
    threads: Annotated[int, typer.Option(min=1, help="Cores.")] = 2,
) -> None:
    """Write the bundled MNIST as often as it takes to a folder of classes, and read it."""
    pin(threads)
    with TemporaryDirectory() as made:
        folder, cache = Path(made) / "images", Path(made) / "cache"
        write(folder, count)
        for what in ("first time", "from the cache"):
            begun, used = time.perf_counter(), time.process_time()
            read_own(OwnImages("images", "folder", folder), "train", cache_dir=cache)
            seconds, busy = time.perf_counter() - begun, time.process_time() - used
            print(f"{what}: {count} images in {seconds:.2f} s ({busy:.2f} s of CPU), {count / seconds:.0f} a second")


def write(folder: Path, count: int) -> None:
    """PNG files in a subfolder a class."""
    table = pq.read_table(BUNDLED / "mnist.parquet")
    images, labels = table["image"].to_pylist(), table["label"].to_pylist()
    for label in sorted(set(labels)):
        (folder / str(label)).mkdir(parents=True)
    for number in range(count):
        place = number % len(images)
        (folder / str(labels[place]) / f"{number:06d}.png").write_bytes(images[place])


if __name__ == "__main__":
    run_script(main)

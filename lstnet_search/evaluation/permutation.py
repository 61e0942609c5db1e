"""The alarm for translators that turn classes into other classes, consistently.

Where every 3 becomes an 8 and every 8 a 3, cycle losses, entropy, infomax and bnm are as good
as where none does. Plain resizing, though poor, does not swap: labels are compared with its.
"""

from dataclasses import dataclass

from scipy.optimize import linear_sum_assignment
from torch import Tensor

ALARM_SHARE = 0.05


@dataclass(frozen=True)
class Permutation:
    """What permuting the classes would gain.

    Attributes:
        share: images labelled alike after the best permutation, less those labelled alike
            without one, over all images; in [0, 1].
        swapped: class after resizing -> class after translation, of classes that take each other's
            places; none where a translator makes one class of all images, though a permutation gains then too.
    """

    share: float
    swapped: dict[int, int]

    @property
    def alarming(self) -> bool:
        """Whether classes are swapped, and too many images for chance."""
        return bool(self.swapped) and self.share >= ALARM_SHARE

    def __str__(self) -> str:
        """The swapped classes for people: "3 read as 8, 8 read as 3"."""
        return ", ".join(f"{old} read as {new}" for old, new in self.swapped.items())


def find_permutation(table: Tensor) -> Permutation:
    """The permutation of classes that makes translation agree best with resizing.

    Args:
        table: counts, (K, K), label after resizing × label after translation.
    """
    counts = table.cpu().numpy()
    rows, columns = linear_sum_assignment(counts, maximize=True)
    gain = counts[rows, columns].sum() - counts.trace()
    # Classes that hardly occur are assigned to what is left over: no gain, no swap.
    moved = {
        int(old): int(new)
        for old, new in zip(rows, columns, strict=True)
        if old != new and counts[old, new] > counts[old, old]
    }
    return Permutation(float(gain / counts.sum()), _circles(moved))


def _circles(moved: dict[int, int]) -> dict[int, int]:
    """The classes whose places are all taken by others of them."""
    while open_ends := [old for old, new in moved.items() if new not in moved]:
        moved = {old: new for old, new in moved.items() if old not in open_ends}
    return moved

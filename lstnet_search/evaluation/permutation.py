"""The alarm for translators that consistently swap classes.

If every 3 becomes an 8 and every 8 a 3, then cycle losses, entropy, infomax and bnm are as good as without the swap.
Predictions are therefore compared with the labels or, without labels, with those after plain resizing, which is a poor
translation but swaps no classes.
"""

from dataclasses import dataclass

from scipy.optimize import linear_sum_assignment
from torch import Tensor

ALARM_SHARE = 0.05


@dataclass(frozen=True)
class Permutation:
    """How much a permutation of the classes increases the agreement with the reference: resizing, or true labels.

    Attributes:
        share: increase by the best permutation, as a share of all images, in [0, 1].
        swapped: class in the reference -> class after translation, for classes that take each other's place. Empty if
            a translator turns all images into one class, although some permutation increases the agreement then too.
    """

    share: float
    swapped: dict[int, int]

    @property
    def alarming(self) -> bool:
        """Whether classes are swapped, on more images than chance explains."""
        return bool(self.swapped) and self.share >= ALARM_SHARE

    def __str__(self) -> str:
        """The swapped classes, such as "3 read as 8, 8 read as 3"."""
        return ", ".join(f"{old} read as {new}" for old, new in self.swapped.items())


def find_permutation(table: Tensor) -> Permutation:
    """The permutation of classes for which translation agrees best with the reference.

    Args:
        table: counts, (K, K), prediction after resizing (or true class) × prediction after translation.
    """
    counts = table.cpu().numpy()
    rows, columns = linear_sum_assignment(counts, maximize=True)
    gain = counts[rows, columns].sum() - counts.trace()
    # Rare classes are assigned to leftover classes. That increases nothing and is not a swap.
    moved = {
        int(old): int(new)
        for old, new in zip(rows, columns, strict=True)
        if old != new and counts[old, new] > counts[old, old]
    }
    return Permutation(float(gain / counts.sum()), _cycles(moved))


def _cycles(moved: dict[int, int]) -> dict[int, int]:
    """The part of a mapping that is a permutation: only classes that replace each other."""
    while open_ends := [old for old, new in moved.items() if new not in moved]:
        moved = {old: new for old, new in moved.items() if old not in open_ends}
    return moved

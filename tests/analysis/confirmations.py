"""Confirmations made up by hand, as `confirm` writes them."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

NAMES = ("test_accuracy_mnist_to_usps", "test_accuracy_usps_to_mnist", "target_accuracy")


def write_confirmation(folder: Path, sentence: str = "Trial 7 is better than the paper's weights.") -> None:
    """Trial 7 against the paper's weights, with three seeds."""
    reached: dict[str, tuple[int | None, list[float]]] = {
        "best": (7, [0.951, 0.953, 0.955]),
        "2": (3, [0.949, 0.951, 0.947]),
        "paper": (0, [0.941, 0.943, 0.945]),
        "no translation": (None, [0.93, 0.93, 0.93]),
    }
    rows = [
        {"candidate": name, "trial": trial, "seed": seed, "steps": 1500}
        | dict.fromkeys(NAMES, value)
        | {"seconds": 60.0, "error": ""}
        for name, (trial, values) in reached.items()
        for seed, value in enumerate(values)
    ]
    table = pd.DataFrame(rows).astype({"trial": "Int64"})
    table.to_parquet(folder / "confirmation.parquet", index=False)
    tests = {
        "best": {"p": 0.0004, "p_holm": None, "verdict": "better", "difference": 0.01, "interval": [0.004, 0.016]},
        "2": {
            "p": 0.2,
            "p_holm": 0.2,
            "verdict": "no difference shown",
            "difference": 0.006,
            "interval": [-0.01, 0.02],
        },
    }
    candidates: list[dict[str, Any]] = [
        {
            "candidate": name,
            "trial": trial,
            "trainings": 3,
            "failed": 0,
            "metrics": {
                metric: {
                    "mean": values[1],
                    "standard_deviation": 0.002,
                    "interval": [values[1] - 0.005, values[1] + 0.005],
                }
                for metric in NAMES
            },
            "against_paper": {"pairs": 3} | tests[name] if name in tests else None,
            "against_no_translation": None,
        }
        for name, (trial, values) in reached.items()
    ]
    content = {
        "format_version": 1,
        "command": "python -m lstnet_search confirm results/study",
        "steps": 1500,
        "seeds": [11, 12, 13],
        "directions": ["mnist_to_usps", "usps_to_mnist"],
        "confidence": 0.95,
        "opening": 2,
        "winner": {"trial": 7, "is_paper": False},
        "sentence": sentence,
        "candidates": candidates,
    }
    (folder / "confirmation.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

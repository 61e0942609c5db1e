"""Short trainings before a search: what a step costs, and how many trials fit on a GPU."""

__all__ = ["cost", "gpu_use"]

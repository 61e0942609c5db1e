"""Why a trial failed last."""

from pathlib import Path

from ray.tune.experiment import Trial


def last_failure(trial: Trial) -> str:
    """What Ray noted of a trial's last failure; empty where there was none.

    Ray's own `get_error` reads what has reached the storage, which the last failure has not. Text, for of a process
    that could not even begin there is nothing else.
    """
    failures = Path(trial.error_file).read_text() if trial.error_file else ""
    return failures.rpartition("Failure # ")[2]

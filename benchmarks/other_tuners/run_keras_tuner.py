"""Trials that do nothing, run by KerasTuner: a script of its own, because it runs in KerasTuner's environment.

    KERAS_BACKEND=numpy python run_keras_tuner.py TRIALS CONCURRENT

KerasTuner runs one trial at a time, in the same process, whatever CONCURRENT is. Prints seconds per trial as JSON.
"""

import json
import sys
import tempfile
import time

import keras_tuner


class Instant(keras_tuner.RandomSearch):
    """A tuner whose trials only return a score."""

    def run_trial(self, trial, *args, **kwargs):  # noqa: D102
        w1, w2 = (trial.hyperparameters.Float(name, 1, 1000, sampling="log") for name in ("w1", "w2"))
        return -abs(w1 - 30) - abs(w2 - 30)


def main(trials: int) -> None:
    """Search, and print seconds per trial."""
    objective = keras_tuner.Objective("score", "max")
    tuner = Instant(objective=objective, max_trials=trials, directory=tempfile.mkdtemp(), project_name="trials")
    started, worked = time.perf_counter(), time.process_time()
    tuner.search(verbose=0)
    clock, work = time.perf_counter() - started, time.process_time() - worked
    print(json.dumps({"seconds_per_trial": clock / trials, "work_per_trial": work / trials}))


if __name__ == "__main__":
    main(int(sys.argv[1]))

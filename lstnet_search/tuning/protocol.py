"""Names that the driver, its trials and the study use for what they send each other."""

DIED = "the process of the trial died, more often than is retried"
"""The error of a trial that could not say why it failed."""
SCORE = "score"
"""Name in Ray's results of the metric that the search maximises, whichever that is."""

METRICS = "metric"
"""Name in Ray's results of all metrics of a report; where Ray flattens a result, they are `metric/<name>`."""

NODE = "node"
"""Name in Ray's results, and in the study, of the node that a trial ran on: Ray's id of it."""

ALARMS = "alarms"
"""Name in Ray's results of sentences that a report's line ends with."""

NUMBER, SETTINGS, CHECKPOINT = "trial", "settings", "checkpoint"
"""Keys of the configuration that a Ray trial gets."""

START = "start"
"""User attribute of a trial that was asked for: settings that it has to the bit."""

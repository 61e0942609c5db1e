"""Names in the messages between the driver, its trials and the study."""

DIED = "the trial's process died more often than it is restarted"
"""The error of a trial that could not report why it failed."""
STOPPED_BY_YOU = "stopped by you"
"""The reason of a trial that was asked to stop from outside."""
SCORE = "score"
"""Key in Ray's results of the metric that the search maximises, whichever metric that is."""

METRICS = "metric"
"""Key in Ray's results of all metrics of a report. Where Ray flattens a result, they are `metric/<name>`."""

NODE = "node"
"""Key, in Ray's results and in the study, of the node that a trial ran on. Its value is Ray's id of the node."""

ALARMS = "alarms"
"""Key in Ray's results of a report's alarms. Each is printed as a line of its own."""

NUMBER, SETTINGS, CHECKPOINT = "trial", "settings", "checkpoint"
"""Keys of a Ray trial's configuration."""

REPEAT_OF = "repeat_of"
"""User attribute of a repeat, which has the settings of an earlier trial and another seed: that trial's number."""

START = "start"
"""User attribute of an enqueued trial: settings that the trial uses bit for bit."""

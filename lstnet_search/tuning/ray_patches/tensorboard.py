"""Where Ray's TensorBoard logger writes."""

from collections.abc import Callable
from typing import Any

from ray.tune.logger import TBXLoggerCallback


def tensorboard_logger(make_writer: Callable[..., Any]) -> TBXLoggerCallback:
    """Ray's logger with a writer of our own. Sets `TBXLoggerCallback._summary_writer_cls` (Ray 2.60.0).

    Args:
        make_writer: called with Ray's folder of a trial and keyword arguments of `tensorboardX.SummaryWriter`.
    """
    logger = TBXLoggerCallback()  # type: ignore[no-untyped-call]
    logger._summary_writer_cls = make_writer
    return logger

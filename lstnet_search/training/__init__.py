"""The training loop, and the training states that it can resume from. Evaluation is in `evaluation`."""

from lstnet_search.training.cuda_graph import CapturedStep
from lstnet_search.training.deterministic import use_deterministic_kernels
from lstnet_search.training.fast import use_fast_settings
from lstnet_search.training.loop import DivergedError, Report, Start, evaluated_state, train
from lstnet_search.training.precision import autocast, resolve_precision
from lstnet_search.training.state import FILES, HEADER, State, parse_header, read_state, under, write_state

__all__ = [
    "FILES",
    "HEADER",
    "CapturedStep",
    "DivergedError",
    "Report",
    "Start",
    "State",
    "autocast",
    "evaluated_state",
    "parse_header",
    "read_state",
    "resolve_precision",
    "train",
    "under",
    "use_deterministic_kernels",
    "use_fast_settings",
    "write_state",
]

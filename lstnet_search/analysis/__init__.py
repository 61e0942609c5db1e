"""Tables, figures and pages of finished or running searches. Reads results folders and never trains.

One module per command; `lstnet_search.cli.analysis` has their options.
"""

__all__ = [
    "compare",
    "criteria",
    "dynamics",
    "figures",
    "images",
    "importance",
    "labels",
    "landscape",
    "page",
    "report",
    "select_best",
    "table2",
]

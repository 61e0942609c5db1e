"""Tables, figures and pages about finished or running searches. Reads results folders and never trains.

One module per command; their options are in `lstnet_search.cli.analysis`.
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

"""What the driver observes of a running search. What it prints is in `tuning.console`."""

__all__ = ["diagnosis", "prometheus", "search_callback", "trackers", "watchdog"]

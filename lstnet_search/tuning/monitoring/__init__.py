"""What the driver observes of a running search, and stop requests. Output is in `tuning.console`."""

__all__ = ["diagnosis", "prometheus", "search_callback", "stop_request", "trackers", "watchdog"]

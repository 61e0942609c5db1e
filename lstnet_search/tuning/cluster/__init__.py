"""The Ray cluster: starting or joining it, checking its nodes, placing trials on it."""

__all__ = ["auth_token", "cluster", "dashboard", "gpu_sharing", "machine_limits", "node_check", "placement"]

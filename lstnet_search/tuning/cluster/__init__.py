"""The Ray cluster: starting or joining it, checking its nodes, placing trials on it."""

__all__ = ["auth_token", "cluster", "dashboard", "gpu_sharing", "node_check", "placement"]

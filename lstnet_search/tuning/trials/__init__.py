"""What happens in a trial"s process: the trainable, its checkpoints, memory and device."""

__all__ = ["checkpoints", "device", "memory", "retention", "trainable"]

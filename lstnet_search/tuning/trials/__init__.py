"""What happens in a trial's process: the trainable, its device and memory; and the checkpoints that trials write."""

__all__ = ["checkpoints", "device", "memory", "retention", "trainable"]

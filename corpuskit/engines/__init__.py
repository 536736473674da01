"""Engines run tasks: the local process pool and Ray. An engine only maps."""

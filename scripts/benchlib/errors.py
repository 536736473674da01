"""The one kind of error that ends a benchmark."""

from __future__ import annotations


class BenchError(Exception):
    """A benchmark can't go on; the message says what happened and what to do."""

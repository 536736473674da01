"""Readers: one file per format, one protocol (`protocol.py`)."""

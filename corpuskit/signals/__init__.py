"""Signals: numbers stored beside a document, computed in one pass over Arrow buffers."""

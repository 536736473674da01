"""Deduplication: exact and MinHash, every removal verified."""

"""Parquet shards, the dataset card, the manifest and their verification."""

"""Zip and tar: files within files."""

"""Aozora Bunko's text form."""

"""Paths as recipes write them: where they lead, and what may be told of them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any


def resolve_path(path: str, base: Path) -> str:
    """A recipe's path made absolute: ``pkg:`` is the package's folder, `hf://` stays as it is."""
    if path.startswith("pkg:"):
        return str(Path(str(files("corpuskit"))) / path[4:])
    if path.startswith("hf://"):
        return path
    return str((base / Path(path).expanduser()).absolute())


def portable(value: Any) -> Any:
    """Parameters (JSON) with absolute paths cut down to their last name.

    What leaves the machine must not say where things lie on it.
    """
    if isinstance(value, dict):
        return {key: portable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [portable(item) for item in value]
    if isinstance(value, str) and value.startswith(("/", "~/")) and "\n" not in value:
        return Path(value).name or value
    return value

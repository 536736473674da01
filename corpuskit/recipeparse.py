"""YAML of recipes and profiles as plain values that know where they stand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpuskit.errors import RecipeError
from corpuskit.recipeerrors import Loc, Position, place


def parse(path: Path) -> tuple[dict[str, Any], dict[Loc, Position]]:
    """A file's mapping as plain values, and the place of each key and item.

    Raises:
        RecipeError: the file can't be read, is not YAML, or holds no mapping.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RecipeError(
            f"recipe not found: {path}", "'corpuskit init DIR' writes one for a folder"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read: {error}", "a recipe is a UTF-8 file") from None
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        problem = str(error.problem).split("\n")[0]
        raise RecipeError(
            f"{where}: not valid YAML: {problem}", "check indentation and keys"
        ) from None
    except YAMLError as error:
        raise RecipeError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(tree, dict):
        raise RecipeError(f"{path}:1:1: a recipe is a mapping with name, sources, stages, output")
    positions: dict[Loc, Position] = {}
    return _plain(tree, (), positions, path), positions


def _plain(node: Any, loc: Loc, positions: dict[Loc, Position], path: Path) -> Any:
    """ruamel's nodes as plain values; remembers where each key and item stands."""
    marks: Any = getattr(node, "lc", None)
    if isinstance(node, dict):
        for key in node:
            if key in (marks.data or {}):  # keys merged with << stand elsewhere
                line, column = marks.key(key)
                positions[(*loc, str(key))] = (line + 1, column + 1, path)
        return {str(k): _plain(v, (*loc, str(k)), positions, path) for k, v in node.items()}
    if isinstance(node, list):
        for i in range(len(node)):
            line, column = marks.item(i)
            positions[(*loc, i)] = (line + 1, column + 1, path)
        return [_plain(v, (*loc, i), positions, path) for i, v in enumerate(node)]
    if isinstance(node, bool) or node is None or isinstance(node, datetime.date):
        return node
    if type(node).__name__ == "ScalarBoolean":  # ruamel's bool with an anchor, an int otherwise
        return bool(node)
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


def as_list(value: Any, path: Path, positions: Mapping[Loc, Position], loc: Loc) -> list[Any]:
    """The items at a place where a list is meant; none where there is nothing.

    Raises:
        RecipeError: there is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecipeError(
            f"{place(path, positions, loc)}: '{loc[-1]}' is a list", "start items with '- '"
        )
    return value


def stage_entry(entry: Any, loc: Loc, path: Path, positions: dict[Loc, Position]) -> dict[str, Any]:
    """``name`` or ``name: {params}`` as name and params.

    Raises:
        RecipeError: it is neither.
    """
    if isinstance(entry, str):
        return {"name": entry, "params": {}}
    if isinstance(entry, dict) and len(entry) == 1:
        (name, params), *_ = entry.items()
        if params is None or isinstance(params, dict):
            return {"name": name, "params": params or {}}
        if name.partition("@")[0] == "rules" and isinstance(params, list):
            _nest(positions, (*loc, name), "rules")
            return {"name": name, "params": {"rules": params}}
    raise RecipeError(
        f"{place(path, positions, loc)}: a stage is a name, or one name with its parameters",
        "write '- normalize' or '- dedup.minhash: {bound: 0.8}'",
    )


def _nest(positions: dict[Loc, Position], loc: Loc, key: str) -> None:
    """Positions below `loc` as if its value stood under `key`."""
    depth = len(loc)
    below = [(at, where) for at, where in positions.items() if at[:depth] == loc]
    for at, where in below:
        positions[(*loc, key, *at[depth:])] = where

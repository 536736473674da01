"""Where a recipe is wrong, in its own terms: ``file:line:column``, key, nearest right word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from corpuskit.errors import RecipeError
from corpuskit.registry import nearest

#: Line and column, from 1, and the file.
Position = tuple[int, int, Path]
#: A place in a recipe, such as ``("sources", 0, "path")``.
Loc = tuple[str | int, ...]


def place(path: Path, positions: Mapping[Loc, Position], loc: Loc) -> str:
    """``file:line:column`` of the innermost known part of a location."""
    while loc and loc not in positions:
        loc = loc[:-1]
    line, column, file = positions.get(loc, (1, 1, path))
    return f"{file}:{line}:{column}"


def validation_error(
    path: Path,
    positions: Mapping[Loc, Position],
    error: ValidationError,
    prefix: Loc,
    model: type[BaseModel],
) -> RecipeError:
    """The first of pydantic's errors, in the recipe's own terms."""
    found = error.errors()
    # A list with a wrong item is also said to be too short: what is inside goes first.
    inner = [e for e in found if not any(_above(e["loc"], other["loc"]) for other in found)]
    first = min(inner, key=lambda e: positions.get((*prefix, *e["loc"]), (10**9, 0, path))[:2])
    loc = (*prefix, *first["loc"])
    key = _key(first["loc"] or prefix)
    where = place(path, positions, loc)
    if first["type"] == "extra_forbidden":
        known = _fields_at(model, first["loc"][:-1])
        return RecipeError(
            f"{where}: unknown key '{key}'{nearest(key, known)}", f"known here: {', '.join(known)}"
        )
    if first["type"] == "missing":
        return RecipeError(f"{where}: the key '{key}' is missing")
    message = first["msg"].removeprefix("Value error, ")
    given = first.get("input")
    shown = f" (found: {given!r})" if isinstance(given, str | int | float) or given is None else ""
    return RecipeError(f"{where}: '{key}': {message[0].lower()}{message[1:]}{shown}")


def _above(loc: Loc, other: Loc) -> bool:
    return len(loc) < len(other) and other[: len(loc)] == loc


def _key(loc: Loc) -> str:
    """The key at a location; items of a list are counted from 1 behind their list's key."""
    names = [step for step in loc if isinstance(step, str)]
    last = loc[-1] if loc else ""
    return f"{names[-1]} {last + 1}" if isinstance(last, int) and names else str(last)


def _fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Names of the fields of the model that stands at a location."""
    current: Any = model
    for step in loc:
        fields = current.model_fields
        if step in fields:
            current = _model_in(fields[step].annotation)
        if current is None:
            return []
    return sorted(current.model_fields)


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None

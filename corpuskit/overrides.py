"""``--set key.path=value``: changes to a recipe's plain data before it is checked.

Sources and stages may be addressed by name (``stages.dedup.minhash.bound=0.9``,
``sources.web.path=other``) or by number from 0 (``stages.3.rules.0.min=50``).
"""

from __future__ import annotations

from typing import Any

from corpuskit.errors import RecipeError
from corpuskit.registry import nearest

Steps = list[str | int]


def apply_override(data: dict[str, Any], override: str) -> None:
    """Change `data` in place.

    Args:
        data: a recipe as YAML gives it.
        override: ``key.path=value``; the value is YAML.

    Raises:
        RecipeError: there is no such place, or the value is not YAML.
    """
    key, equals, raw = override.partition("=")
    key = key.strip()
    if not equals or not key:
        raise RecipeError(
            f"--set {override}: write --set key.path=value", "for example --set mode=study"
        )
    value = _value(key, raw)
    node: Any = data
    *inner, last = _path(data, key)
    for step in inner:
        _check(node, step, key)
        if isinstance(node, dict) and node.get(step) is None:
            node[step] = {}
        node = node[step]
    _check(node, last, key)
    node[last] = value


def _value(key: str, raw: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(raw) if raw else None
    except YAMLError:
        raise RecipeError(
            f"--set {key}: the value is not YAML", "quote it: --set 'key=\"value\"'"
        ) from None


def _check(node: Any, step: str | int, key: str) -> None:
    if isinstance(node, list):
        if not isinstance(step, int) or step >= len(node):
            raise RecipeError(f"--set {key}: no item '{step}' in that list")
    elif not isinstance(node, dict):
        raise RecipeError(f"--set {key}: '{step}' is inside a value that has no keys")


def _path(data: dict[str, Any], key: str) -> Steps:
    first, _, rest = key.partition(".")
    entries = data.get(first)
    if first not in ("stages", "sources") or not isinstance(entries, list) or not rest:
        return _steps(key)
    names = [_name_of(first, entry) for entry in entries]
    head, _, tail = rest.partition(".")
    if head.isdecimal():
        at = int(head)
        if first == "stages" and at < len(entries):
            _, tail = _strip_name(tail, [names[at]])
    else:
        name, tail = _strip_name(rest, names)
        if not name:
            hint = nearest(rest, names) or nearest(head, names)
            raise RecipeError(
                f"--set {key}: the recipe has no such {first[:-1]}{hint}",
                f"it has {', '.join(names)}",
            )
        at = names.index(name)
    steps = _steps(tail) if tail else []
    if first == "sources" or at >= len(entries):
        return [first, at, *steps]
    if isinstance(entries[at], str):
        entries[at] = {names[at]: {}}  # room for parameters
    if steps and isinstance(steps[0], int) and "rules" in (entries[at][names[at]] or ()):
        steps = ["rules", *steps]  # rules in their long form are numbered as in the short one
    return [first, at, names[at], *steps]


def _strip_name(rest: str, names: list[str]) -> tuple[str, str]:
    """The longest name that `rest` starts with, and what follows it."""
    found = [n for n in names if n and (rest == n or rest.startswith(f"{n}."))]
    name = max(found, key=len, default="")
    return name, rest[len(name) :].removeprefix(".")


def _name_of(kind: str, entry: Any) -> str:
    """The name of a source or stage as the recipe writes it, or an empty string."""
    if kind == "sources":
        return str(entry.get("name", "")) if isinstance(entry, dict) else ""
    return str(next(iter(entry), "")) if isinstance(entry, dict) else str(entry)


def _steps(key: str) -> Steps:
    return [int(part) if part.isdecimal() else part for part in key.split(".")]

"""What an installed stage or reader is, as data: for ``corpuskit stages`` and the docs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from pydantic_core import to_jsonable_python

from corpuskit.errors import MissingExtraError, RecipeError
from corpuskit.exchange import Exchange
from corpuskit.registry import EXTRAS, Registry, nearest


def listing(registry: Registry) -> list[dict[str, str]]:
    """Every stage and reader with one line about it."""
    rows = []
    for kind, table in (("stage", registry.stages), ("reader", registry.readers)):
        for name in sorted(table):
            shown, about = _headline(registry, kind, name)
            origin = table[name].origin
            rows.append({"kind": kind, "name": shown, "about": about, "origin": origin})
    return rows


def _headline(registry: Registry, kind: str, name: str) -> tuple[str, str]:
    """Versioned name and one line; for one that lacks its extra, how to install it."""
    try:
        cls = registry.stage(name) if kind == "stage" else registry.reader(name)
    except MissingExtraError as error:
        return name, f"not usable yet: {error.remedy}"
    return f"{name}@{cls.version}", summary(cls)


def summary(cls: Any) -> str:
    """First line of a docstring."""
    return (inspect.getdoc(cls) or "").split("\n")[0]


def describe(registry: Registry, name: str) -> dict[str, Any]:
    """Everything about one stage or reader.

    Raises:
        RecipeError: nothing of that name is installed.
    """
    bare = name.partition("@")[0]
    if bare in registry.stages:
        return _stage(registry.stage(name), registry.stages[bare].origin)
    if bare in registry.readers:
        return _reader(registry.reader(name), registry.readers[bare].origin)
    known = [*registry.stages, *registry.readers]
    raise RecipeError(
        f"nothing is called '{name}'{nearest(bare, known)}", "'corpuskit stages' lists all"
    )


def _stage(cls: Any, origin: str) -> dict[str, Any]:
    return {
        "name": f"{cls.name}@{cls.version}",
        "kind": "exchange" if issubclass(cls, Exchange) else "stage",
        "origin": origin,
        "about": inspect.getdoc(cls) or "",
        "parameters": list(_fields(cls.Params)),
        "reads": list(cls.reads),
        "writes": [{"name": c.name, "type": str(c.type), "about": c.about} for c in cls.writes],
        "example": cls.example,
    }


def _reader(cls: Any, origin: str) -> dict[str, Any]:
    return {
        "name": f"{cls.name}@{cls.version}",
        "kind": "reader",
        "origin": origin,
        "about": inspect.getdoc(cls) or "",
        "endings": list(cls.endings),
        "extras": extras(cls),
        "parameters": list(_fields(cls.Params)),
        "example": f"reader: {cls.name}",
    }


def extras(cls: Any) -> list[str]:
    """The extras that a reader needs beyond the plain install."""
    return sorted({EXTRAS.get(module.split(".")[0], module) for module in cls.requires})


def _fields(model: Any) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema()
    properties = schema.get("properties", {})
    for name, field in model.model_fields.items():
        shown = {
            k: v for k, v in properties.get(name, {}).items() if k in ("minimum", "maximum", "enum")
        }
        yield {
            "name": name,
            "type": _type(field.annotation),
            "default": None
            if field.is_required()
            else to_jsonable_python(field.get_default(call_default_factory=True)),
            "required": field.is_required(),
            "about": field.description or "",
            **shown,
        }


def _type(annotation: Any) -> str:
    return (
        annotation.__name__
        if isinstance(annotation, type)
        else str(annotation).replace("typing.", "")
    )


def as_text(found: dict[str, Any]) -> str:
    """A description for people."""
    return "\n".join(_lines(found))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['name']} ({found['kind']}, {found['origin']})"
    yield ""
    yield found["about"]
    if found["parameters"]:
        yield "\nparameters"
        for field in found["parameters"]:
            default = "required" if field["required"] else f"default {field['default']!r}"
            yield f"  {field['name']}: {field['type']}, {default}. {field['about']}".rstrip()
    if found.get("extras"):
        yield f"\nneeds: python -m pip install 'corpuskit[{','.join(found['extras'])}]'"
    if found.get("endings"):
        yield "\nfile names: " + ", ".join(found["endings"])
    if found.get("reads"):
        yield "\nreads: " + ", ".join(found["reads"])
    if found.get("writes"):
        yield "\nwrites"
        for column in found["writes"]:
            yield f"  {column['name']} ({column['type']}): {column['about']}"
    yield "\nexample"
    yield from (f"  {line}" for line in found["example"].split("\n"))

"""The JSON Schema of recipes, made from the models, so that editors complete and check them.

Stages and readers are those that corpuskit brings; a plug-in's are allowed by a name of its own
namespace (``acme.no_ads``), with any parameters. What only a run can know (columns, paths, which
plug-ins are installed) is checked by ``corpuskit plan``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from corpuskit.describe import summary
from corpuskit.recipe import Recipe
from corpuskit.registry import Entry, Registry

_NAME_PATTERN = r"^[^\s/\\]+$"


def recipe_schema() -> dict[str, Any]:
    """The schema of a recipe (JSON Schema 2020-12), with the stages and readers of corpuskit."""
    registry = Registry()
    schema: dict[str, Any] = Recipe.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs")
    del definitions["StageUse"]
    properties = schema["properties"]
    for model in (schema, definitions["Source"]):
        model["properties"]["name"]["pattern"] = _NAME_PATTERN
    _add_readers(definitions, registry)
    properties["stages"]["items"] = {"$ref": "#/$defs/Stage"}
    properties["stages"]["description"] = "What is done, in this order."
    properties["sources"]["description"] = "Where documents come from, in the order of the output."
    _add_stages(definitions, registry)
    schema["$defs"] = dict(sorted(definitions.items()))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "corpuskit recipe"}
    body: dict[str, Any] = _bare(schema)
    return {**head, **body}


def _own(table: Mapping[str, Entry]) -> list[str]:
    """Names that corpuskit itself brings; what else is installed here is not for everybody."""
    return sorted(name for name, entry in table.items() if entry.origin.startswith("corpuskit "))


def _others(names: list[str]) -> str:
    """A pattern of plug-in names: with a namespace, which is none of ours."""
    ours = sorted({re.escape(name.partition(".")[0]) for name in names})
    return rf"^(?!({'|'.join(ours)})[.@])[^\s.@]+\.[^\s@]+(@\d+)?$"


def _add_readers(definitions: dict[str, Any], registry: Registry) -> None:
    names = _own(registry.readers)
    source = definitions["Source"]
    reader = source["properties"]["reader"]
    del reader["type"]
    reader["anyOf"] = [{"enum": ["auto", *names]}, {"pattern": _others(names), "type": "string"}]
    source["allOf"] = []
    for name in names:
        cls = registry.reader(name)
        key = f"options.{name}"
        definitions[key] = _model(cls.Params, key, definitions, summary(cls))
        condition = {"properties": {"reader": {"const": name}}, "required": ["reader"]}
        options = {"properties": {"options": {"$ref": f"#/$defs/{key}"}}}
        source["allOf"].append({"if": condition, "then": options})


def _add_stages(definitions: dict[str, Any], registry: Registry) -> None:
    names = _own(registry.stages)
    uses: dict[str, Any] = {}
    for name in names:
        cls = registry.stage(name)
        key = f"stage.{name}"
        definitions[key] = _model(cls.Params, key, definitions, summary(cls))
        ref: dict[str, Any] = {"$ref": f"#/$defs/{key}"}
        options = [ref]
        if name == "rules":
            options.append(definitions[key]["properties"]["rules"])
        if not definitions[key].get("required"):
            options.append({"type": "null"})
        uses[name] = {"description": summary(cls), "anyOf": options} if len(options) > 1 else ref
    uses["use"] = {
        "type": "string",
        "description": "A profile, by name or by a path ending in .yaml: its signals and rules.",
    }
    uses["profiles"] = {"type": "null", "description": "The profiles that the sources name."}
    bare = [name for name in names if not definitions[f"stage.{name}"].get("required")]
    versioned = rf"^({'|'.join(re.escape(name) for name in names)})@\d+$"
    plugin = _others(names)
    definitions["Stage"] = {
        "description": "A stage's name, or the name with its parameters.",
        "anyOf": [
            {"enum": sorted([*bare, "profiles"])},
            {"type": "string", "pattern": versioned},
            {"type": "string", "pattern": plugin, "description": "A plug-in's stage."},
            {
                "type": "object",
                "properties": uses,
                "patternProperties": {versioned: {}, plugin: {"type": ["object", "null"]}},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ],
    }


def _model(
    model: type[BaseModel], key: str, definitions: dict[str, Any], about: str
) -> dict[str, Any]:
    """A parameter model's schema; the models inside it become definitions of their own."""
    template = f"#/$defs/{key}.{{model}}"
    schema: dict[str, Any] = model.model_json_schema(ref_template=template)
    for name, inner in schema.pop("$defs", {}).items():
        definitions[f"{key}.{name}"] = inner
    return {**schema, "description": about}


def _bare(node: Any) -> Any:
    """The schema without what pydantic adds: titles made of field names, `gt` of widened types."""
    if isinstance(node, list):
        return [_bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _bare(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "gt" and isinstance(value, int))
    }

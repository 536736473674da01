"""Validates papers; run by the interpreter of `environment.python`, not by the project's.

``python check.py croissant|cyclonedx|spdx FILE...`` prints one JSON list with an object a file:
``errors``, ``warnings``, and for Croissant the records read of each set.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any


def croissant(path: Path) -> dict[str, Any]:
    """By mlcroissant; every record of every set is read as well."""
    import mlcroissant

    logging.disable(logging.CRITICAL)
    try:
        dataset = mlcroissant.Dataset(str(path))
    except mlcroissant.ValidationError as error:
        return {"errors": [str(error)], "warnings": [], "records": {}}
    issues = dataset.metadata.ctx.issues
    names = [found.id for found in dataset.metadata.record_sets]
    records = {name: [_plain(r) for r in dataset.records(name)] for name in names}
    return {
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
        "records": records,
    }


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in record.items()}


def cyclonedx(path: Path) -> dict[str, Any]:
    """By the JSON Schema of CycloneDX 1.7, strictly."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    found = JsonStrictValidator(SchemaVersion.V1_7).validate_str(path.read_text("utf-8"))
    return {"errors": [] if found is None else [str(found.data)], "warnings": []}


def spdx(path: Path) -> dict[str, Any]:
    """By the bindings made of the SHACL model of SPDX 3.0.1: classes, types, counts, references."""
    import io

    from spdx_python_model import v3_0_1 as model

    objects = model.SHACLObjectSet()
    try:
        with path.open("rb") as stream:
            model.JSONLDDeserializer().read(stream, objects)
        model.JSONLDSerializer().write(objects, io.BytesIO())
    except (ValueError, TypeError, KeyError) as error:
        return {"errors": [f"{type(error).__name__}: {error}"], "warnings": []}
    missing = [str(name) for name in objects.link()]
    kinds = sorted({type(found).__name__ for found in objects.foreach()})
    return {
        "errors": [f"{name} is not defined" for name in missing],
        "warnings": [],
        "kinds": kinds,
    }


if __name__ == "__main__":
    check = {"croissant": croissant, "cyclonedx": cyclonedx, "spdx": spdx}[sys.argv[1]]
    print(json.dumps([check(Path(name)) for name in sys.argv[2:]], ensure_ascii=False))

"""Write the JSON Schemas that are generated from the code's models.

python scripts/make_schemas.py          writes them
python scripts/make_schemas.py --check  exits with 1 if one is out of date, and names it
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

#: (path below the repository, function that returns the schema). Add a line for each new schema.
SCHEMAS: tuple[tuple[str, str], ...] = (
    ("manifests/manifest.schema.json", "corpuskit.manifest:json_schema"),
    ("configs/recipe.schema.json", "corpuskit.schema:recipe_schema"),
)


def rendered(function: str) -> str:
    """The text of one schema file."""
    module, _, name = function.partition(":")
    schema: dict[str, Any] = getattr(importlib.import_module(module), name)()
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check every schema; return the exit code."""
    stale = [p for p, function in SCHEMAS if _text(ROOT / p) != rendered(function)]
    for path in stale:
        if "--check" in arguments:
            print(f"{path} is out of date: run python scripts/make_schemas.py")
        else:
            (ROOT / path).write_text(rendered(dict(SCHEMAS)[path]), encoding="utf-8")
            print(f"wrote {path}")
    return 1 if stale and "--check" in arguments else 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

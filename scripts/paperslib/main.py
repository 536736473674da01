"""Validate the papers of a dataset: ``scripts/papers_check OUT``.

Makes an environment with the standards' own validators (or takes that of CORPUSKIT_PAPERS_ENV),
exports the formats that have one to a temporary folder, and prints what the validators say. Ends
with 1 where one is not valid.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from corpuskit.papers.formats import FORMATS, export
from paperslib.environment import python

CHECK = Path(__file__).parent / "check.py"
#: Formats whose schema a published package brings.
CHECKED = ("cyclonedx", "spdx")


def validate(kind: str, *files: Path) -> list[dict[str, Any]]:
    """What the validator of a format says of each file; see check.py."""
    command = [str(python()), str(CHECK), kind, *(str(file.resolve()) for file in files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{kind}: {done.stderr.strip()[-2000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: list[str]) -> int:
    """Validate what is in the dataset given, and its exports."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    out, failed = Path(arguments[0]), False
    with tempfile.TemporaryDirectory() as temp:
        files = {"croissant": out / "croissant.json"}
        for name in CHECKED:
            if name in FORMATS:
                files[name] = export(name, out, Path(temp))[0]
        for name, file in files.items():
            (found,) = validate(name, file)
            for kind in ("errors", "warnings"):
                for line in found[kind]:
                    print(f"{name}: {kind[:-1]}: {line}")
            print(f"{name}: {'not valid' if found['errors'] else 'valid'}")
            failed = failed or bool(found["errors"])
    return int(failed)

"""Writes manifests/quickstart.json: the manifest that a run of the quickstart must reproduce."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from corpuskit.recipe import load
from corpuskit.run import Options, run

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run the quickstart and keep its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        out = run(load(ROOT / "configs" / "quickstart.yaml"), Options(out=Path(folder) / "out")).out
        shutil.copyfile(out / "manifest.json", ROOT / "manifests" / "quickstart.json")


if __name__ == "__main__":
    main()

"""Docs that are generated are current, and every stage and verb has a page."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_generated_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stale = [
        name
        for name, text in module.pages().items()
        if not (ROOT / "docs" / name).is_file()
        or (ROOT / "docs" / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run python scripts/make_docs.py: {stale}"

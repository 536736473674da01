"""What all tests share: small corpora, recipes over them, and runs of the real thing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")

SENTENCES = (
    "海に近い町では、朝の市場に新しい魚が並ぶ。",
    "設備の点検は月に一度、担当者が二人で行う。",
    "この規程は、作業者の安全を守るために定める。",
    "図書館の開館時間は季節によって変わることがある。",
    "ポンプの軸受に異音がある場合は、運転を止めて確かめる。",
    "彼女は窓を開けて、遠くの山に残る雪を眺めた。",
    "条例の改正により、申請の手続きが簡単になった。",
    "データの記録は、表の形で保存しておくとよい。",
    "祭りの夜、子どもたちは提灯を持って川沿いを歩いた。",
    "電車が遅れたので、会議は少し後から始まった。",
)


#: Files whose tests take longest; they start first, so that no process ends long after the other.
LONGEST = ("test_readme.py", "test_dedup_kill.py", "test_sameness.py", "test_ray.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first; the rest stay in their order."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def text_of(seed: int, sentences: int = 12) -> str:
    """A document of its own: sentences in an order that the seed decides, each marked by it."""
    picked = [SENTENCES[(seed * 7 + i * (seed % 3 + 1)) % len(SENTENCES)] for i in range(sentences)]
    return "\n".join(
        f"{chr(0x4E00 + seed * 131 % 9000 + i)}についての話。{s}" for i, s in enumerate(picked)
    )


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any] | bytes]) -> Path:
    """Rows as JSON Lines; bytes are written as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()
        for row in rows
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


RecipeWriter = Callable[..., Path]


@pytest.fixture
def write_recipe(tmp_path: Path) -> RecipeWriter:
    """Writes a recipe over given sources; stages default to the whole pipeline without MeCab."""

    def write(
        sources: list[dict[str, Any]],
        stages: list[Any] | None = None,
        name: str = "test",
        **more: Any,
    ) -> Path:
        output = {"path": "out", **more.pop("output", {})}
        content = {
            "name": name,
            "sources": sources,
            "stages": DEFAULT_STAGES if stages is None else stages,
            "output": output,
            **more,
        }
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        return path

    return write


DEFAULT_STAGES: list[Any] = [
    "normalize",
    "signals.scripts",
    "signals.lines",
    {"rules": [{"signal": "characters", "min": 20}, {"signal": "japanese_ratio", "min": 0.2}]},
    "dedup.exact",
    "dedup.minhash",
    "provenance",
]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but `run.json` and the sums over it."""
    skip = {"run.json", "SHA256SUMS"}
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in skip
    }

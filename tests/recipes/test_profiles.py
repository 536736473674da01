"""corpuskit's own profiles: planted junk goes; laws, manuals and specifications stay."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from corpuskit.recipes.judge import Judge, open_recipe
from tests.readers.reading import shared

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
junk = importlib.import_module("benchlib.recipejunk")
check = importlib.import_module("benchlib.recipecheck")

OWN = ("encyclopedia", "industrial", "law", "literature", "minutes", "web")
MANUAL = """\
# ポンプ FR-A820 の点検

運転を始める前に、次の表の値を確かめる。JIS B 8301 による。

| 項目 | 型番 | 値 |
| --- | --- | --- |
| 吐出し圧力 | PX-100 | 0.35 MPa |
| 電圧 | PX-200 | 200V ±10% |

1. 電源を切り、三十分ほど待ってから蓋を開ける。
2. 締付けトルクは 12 N·m とする。m² と ㎡、10⁵ と ½ は仕様書の書き方に従う。

```
PUMP START 1
```

図1 配管の例（①給水口、②排水口）
"""
LAW = """\
第一条　この法律は、機械の安全について必要な事項を定めることにより、作業に従事する者の\
生命及び身体を保護し、もつて公共の福祉の増進に資することを目的とする。
第二条　この法律において「機械」とは、動力により運転するものをいう。
一　電動機
二　内燃機関
第三条　削除
附　則
この法律は、公布の日から施行する。
"""
OLD_LAW = """\
第一條　本法ニ於テ機械ト稱スルハ動力ニ依リ運轉スルモノヲ謂フ
第二條　前條ノ機械ヲ使用スル者ハ之ヲ屆出ツヘシ
"""


def judge(name: str, tmp_path: Path) -> Judge:
    return Judge(open_recipe(name, {}, True, tmp_path))


def kept(one: Judge, texts: list[str]) -> list[bool]:
    batch = pa.RecordBatch.from_pydict({"text": texts, "source": ["s"] * len(texts)})
    return [reason is None for reason in one.reasons(batch)[0]]


@pytest.mark.parametrize("name", OWN)
def test_planted_junk_goes(name: str, tmp_path: Path) -> None:
    one = judge(name, tmp_path)
    for kind, texts in junk.planted([MANUAL, LAW * 2] * 10).items():
        assert not any(kept(one, texts)), kind


def test_technical_text_and_laws_stay(tmp_path: Path) -> None:
    assert kept(judge("industrial", tmp_path), [MANUAL, LAW, OLD_LAW]) == [True] * 3
    assert kept(judge("law", tmp_path), [LAW, OLD_LAW]) == [True] * 2
    assert kept(judge("swallow-v1", tmp_path), [MANUAL, LAW, OLD_LAW]) == [False] * 3


def test_of_the_corpus_98_percent_stay(tmp_path: Path) -> None:
    folder = shared("corpus")
    sources = {"law": "egov_law_vault_md", "industrial": "ms_powershell_ja"}
    for name, source in sources.items():
        one = judge(name, tmp_path)
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{source}.jsonl.zst").symlink_to(folder / f"{source}.jsonl.zst")
        texts = [r["text"] for _, rows in check.corpus(tmp_path / name, 100) for r in rows]
        stay = kept(one, texts)
        assert len(stay) == 100 and sum(stay) >= 98


def test_kinds_of_sources() -> None:
    assert check.kind_of("egov_law_2013_txt") == "law"
    assert check.kind_of("aozora_xhtml") == "literature"
    assert check.kind_of("php_doc_ja_xml") == "manual"
    assert check.kind_of("office_text") == "specification"

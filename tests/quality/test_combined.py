"""The stage `quality`: prose above junk, parts that add up, laws and manuals not below the web."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import zstandard

from corpuskit.quality.combined import LINES, MODEL, SCRIPTS, Combined, default_model, explained
from corpuskit.quality.labelled import read_labels
from corpuskit.quality.logistic import sigmoid
from corpuskit.registry import Registry
from corpuskit.testing import check_stage
from tests.readers.reading import SHARED

PROSE = "朝の市場には、近くの港から新しい魚が届く。\n店の人は、客と話しながら魚を選んでいる。"
MANUAL = "設備の点検は月に一度、担当者が二人で行う。異音がある場合は、運転を止めて確かめる。"
MENU = "ホーム | 会社概要 | 採用\nHOME\nHOME\n2022年11月\n2022年10月\nlogin\nlogin"
SPAM = "【激安】【送料無料】腕時計なら腕時計専門店！今すぐクリック！腕時計 通販 腕時計"
GARBLED = PROSE.encode().decode("cp932", "replace")


def scored(*texts: str) -> list[dict[str, Any]]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})
    for name in ("signals.scripts", "signals.lines"):
        batch = Registry().stage(name)().process(batch)
    rows: list[dict[str, Any]] = Combined().process(batch).to_pylist()
    return rows


def test_prose_is_better_than_junk() -> None:
    prose, manual, *junk = [r["quality"] for r in scored(PROSE, MANUAL, MENU, SPAM, GARBLED)]
    assert min(prose, manual) > 0.6
    assert max(junk) < 0.2


def test_the_parts_add_up_and_explain() -> None:
    constant = default_model().mix[2]
    for row in scored(PROSE, MENU, ""):
        parts = [row[f"quality_{part}"] for part in ("wording", "scripts", "lines")]
        assert row["quality"] == pytest.approx(sigmoid(np.array(sum(parts) + constant)), abs=1e-5)
        told = explained(row)
        assert sum(told[name] for name in SCRIPTS) == pytest.approx(parts[1], abs=1e-4)
        assert sum(told[name] for name in LINES) == pytest.approx(parts[2], abs=1e-4)
        assert told["wording"] == parts[0] and told["constant"] == pytest.approx(constant)


def test_it_is_small_and_its_weights_are_bounded() -> None:
    assert MODEL.stat().st_size < 1_000_000
    assert default_model().signals == SCRIPTS + LINES
    assert abs(scored("朝" * 10_000)[0]["quality_wording"]) < 20


def test_the_length_of_a_text_is_no_matter() -> None:
    once, often = scored(PROSE + "\n", *[(PROSE + "\n") * 20])
    assert often["quality_wording"] == pytest.approx(once["quality_wording"], abs=0.05)


def test_width_case_and_decomposed_kana_are_no_matter() -> None:
    rows = scored("PCが1台ある", "ＰＣか\u3099１台ある")
    assert rows[0]["quality_wording"] == rows[1]["quality_wording"]


def test_it_keeps_its_contract() -> None:
    check_stage("quality")
    check_stage("score")


def some(source: str, most: int) -> list[str]:
    with (SHARED / "corpus" / f"{source}.jsonl.zst").open("rb") as raw:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), "utf-8")
        return [json.loads(line)["text"] for _, line in zip(range(most), lines, strict=False)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not there")
def test_laws_and_manuals_are_not_below_web_texts() -> None:
    web = read_labels(SHARED / "labels" / "quality_mc4_good_bad.tsv").text.to_pylist()
    middle = np.median([row["quality"] for row in scored(*web)])
    for kind, sources in {
        "law": ("egov_law_2013_txt", "egov_law_2025_html", "egov_law_vault_md"),
        "manual": ("cpprefjp", "ms_powershell_ja", "php_doc_ja_xml", "rurema_ruby_ref",
                   "nablarch_document", "libreoffice_help_ja"),
        "literature": ("aozora_txt_sjis",),
    }.items():  # fmt: skip
        texts = [text for source in sources for text in some(source, 40)]
        assert np.median([row["quality"] for row in scored(*texts)]) >= middle, kind

"""`dedup.lines` against plain Python, and each rule by an example of its own."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.dedup import files, tally, textunits
from corpuskit.dedup.exact import Exact
from corpuskit.dedup.lines import Lines, LinesParams
from tests.dedup.driver import Corpus, documents, outcome
from tests.dedup.repeatedlines import expected

BREAKS = ["\n", "\n", "\n", "\r\n", "\r"]
PLANTED = [
    "ホーム | 会社概要 | お問い合わせ", "Copyright © 2024 例示株式会社 All rights reserved.",
    "本資料の無断転載を禁じます。", "バスで行く", "パスで行く", "ハ\u3099スで行く", "ﾊﾞｽで行く",
    "100V の機器", "200V の機器", "１００Ｖ の機器", "㈱例示 ① ㎡ 10⁵ ½", "佐々木 こゝろ 〜～ー−",
    "𠮷野家 🎉🎉", "\x00NUL の行", "  字下げ　のある\t行 ", "字下げ のある 行", "| 型 | 定格 |",
    "改\u2028行\x0bのようなもの", "はい", "----", "|---|---|", "```python", "```", "- 一つ目の項目",
    "## 仕様", "#タグの行", "# 著作権の行",
]  # fmt: skip
BLANK = ["", "", "　", " \t"]


def corpus_of(n: int, seed: int) -> list[dict[str, Any]]:
    """Documents of planted lines and lines of their own, with breaks of every kind."""
    rng = random.Random(seed)
    texts = []
    for _ in range(n):
        lines = [
            f"第{rng.randrange(10**9)}の文である。"
            if rng.random() < 0.2
            else rng.choice(rng.choice((PLANTED, BLANK)))
            for _ in range(rng.randrange(20))
        ]
        ends = [rng.choice(BREAKS) for _ in lines]
        text = "".join(line + end for line, end in zip(lines, ends, strict=True))
        texts.append(text.rstrip("\r\n") if rng.random() < 0.4 else text)
    sources = [rng.choice(["法令", "社内", "web"]) for _ in texts]
    urls = [rng.choice([None, "https://www.Example.jp/a", "http://example.jp:80/", "x"])
            for _ in texts]  # fmt: skip
    return documents(texts, source=sources, url=urls)


def found_by(
    corpus: Corpus, params: LinesParams, partitions: int = 1, removed: Any = ()
) -> dict[int, tuple[int, float, str]]:
    """Number and share of repeated units, and the text left, of documents that have any."""
    exchange = Lines(params)
    texts = corpus.table.column("text").to_pylist()
    found = {}
    for row in outcome(corpus.run(exchange, partitions, removed), exchange):
        assert not row["removed"]
        raw = texts[row["doc"]].encode()
        after = len(raw) + 1  # pieces are sorted, and never touch
        for piece in reversed(row.get("cut_bytes") or []):
            assert piece["start"] < piece["stop"] < after
            after = piece["start"]
            raw = raw[: piece["start"]] + raw[piece["stop"] :]
        signals = [row[c.name] for c in exchange.columns_written() if c.name != "cuts"]
        found[row["doc"]] = (*signals, raw.decode())
    return found


def left(folder: Path, texts: list[str], **params: Any) -> list[str]:
    """Texts after `dedup.lines` with a bound of two documents and no least length."""
    folder.mkdir(exist_ok=True)
    given = LinesParams.model_validate({"min_documents": 2, "min_length": 1, **params})
    found = found_by(Corpus(folder, documents(texts)), given)
    return [found[i][2] if i in found else text for i, text in enumerate(texts)]


@pytest.mark.parametrize("unit", ["line", "paragraph"])
@pytest.mark.parametrize("action", ["remove", "keep_first", "signal"])
@pytest.mark.parametrize("per", ["corpus", "source", "domain"])
def test_equals_plain_python(tmp_path: Path, unit: Any, action: Any, per: Any) -> None:
    rows = corpus_of(100, 7)
    bounds = {"line": (4, 0.1), "paragraph": (2, 0.02)}[unit]
    for folder, share in enumerate((None, bounds[1])):
        params = LinesParams(
            unit=unit, action=action, per=per, min_length=3,
            min_documents=bounds[0], min_share=share,
        )  # fmt: skip
        home = tmp_path / str(folder)
        home.mkdir()
        found = found_by(Corpus(home, rows, 3), params, 3)
        assert len(found) > 15
        assert found == expected(rows, params)


def test_partitions_parts_batches_and_budget_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = corpus_of(50, 3)
    params = LinesParams(
        min_documents=3, min_length=2, min_share=0.05, per="source", action="keep_first"
    )
    first = expected(rows, params)
    assert len(first) > 20
    for parts, partitions, batch, budget in [
        (1, 2, 7, 1 << 20), (5, 1, 1, 50), (3, 8, 90, 6), (50, 2, 7, 90), (2, 1, 7, 3),
    ]:  # fmt: skip
        monkeypatch.setattr(tally, "BUDGET", budget)
        home = tmp_path / f"{parts}.{partitions}"
        home.mkdir()
        assert found_by(Corpus(home, rows, parts, batch), params, partitions) == first


def test_a_tally_holds_no_more_than_its_budget_and_what_differs() -> None:
    one = np.array([5], np.uint64)
    own = tally.Tally(8)
    for doc in range(1000):  # a unit that every document has
        own.add(one, one, np.array([doc]), [])
        assert own.rows <= 9 and sum(len(chunk[0]) for chunk in own.chunks) == own.rows
    assert [column.tolist() for column in own.joined()] == [[5], [5], [1000], [0]]


@pytest.mark.parametrize("partitions", [1, 3, 16, 1000])
def test_ranges_cover_the_partition(partitions: int) -> None:
    before = 0
    for index in range(partitions):
        bounds = tally._ranges(index, partitions, 3)
        assert bounds[0] == before and bounds == sorted(bounds) and len(bounds) == 4
        ends = np.array([bounds[0], bounds[-1] - 1], np.uint64)
        assert files.partition_numbers(ends, partitions).tolist() == [index, index]
        before = bounds[-1]
    assert before == 1 << 64


def test_documents_removed_before_take_no_part(tmp_path: Path) -> None:
    rows = corpus_of(60, 11)
    rows += [{**row, "id": f"{i:032x}"} for i, row in enumerate(rows[:30])]
    corpus = Corpus(tmp_path, rows, 4)
    before = corpus.run(Exact(), 2)
    gone = [row["doc"] for row in outcome(before, Exact()) if row["removed"]]
    assert len(gone) >= 25 and any(doc < 30 for doc in gone)
    params = LinesParams(min_documents=3, min_length=2, min_share=0.1, action="keep_first")
    found = found_by(corpus, params, 2, before)
    assert found == expected(rows, params, gone) != expected(rows, params)


def test_lines_end_at_lf_crlf_and_cr_only(tmp_path: Path) -> None:
    texts = ["甲\r\n印\r乙\n", "印\n丙\u2028印\n丙\x0b印\n丙\x85印", "丁\x0c印"]
    assert left(tmp_path, texts) == ["甲\r\n乙\n", "丙\u2028印\n丙\x0b印\n丙\x85印", texts[2]]


def test_white_space_does_not_tell_lines_apart_and_all_else_does(tmp_path: Path) -> None:
    assert left(tmp_path, ["　改行　なし\n甲", "改行\t なし \n乙"]) == ["甲", "乙"]
    texts = [
        "バス",
        "パス",
        "ハス",
        "ハ\u3099ス",
        "ﾊﾞｽ",
        "ばす",
        "100V",
        "200V",
        "１００V",
        "①",
        "1",
    ]
    texts += [
        "10⁵",
        "105",
        "㈱",
        "(株)",
        "々",
        "ゝ",
        "〜",
        "～",
        "ー",
        "−",
        "NUL",
        "N\x00UL",
        "𠮷",
        "吉",
    ]
    assert left(tmp_path, texts) == texts


def test_variants_are_ignored_where_asked_for_and_digits_never(tmp_path: Path) -> None:
    pairs = [
        ("ＡＢＣのバス", "ABCのﾊﾞｽ"),
        ("甲、乙。", "甲乙"),
        ("100V型", "200V型"),
        ("バス", "ハス"),
    ]
    texts = [f"{own}\n" + "\n".join(pair[i] for pair in pairs) for i, own in enumerate("丙丁")]
    texts[0] += "\n、。、。"  # nothing is left of it, so it is no unit
    texts[1] += "\n「」"
    assert left(tmp_path, texts, ignore=["space"]) == texts
    rest = [text.splitlines() for text in texts]
    for ignore, gone in (["width"], [1]), (["width", "punctuation"], [1, 2]):
        expect = ["\n".join(t for j, t in enumerate(lines) if j not in gone) for lines in rest]
        assert left(tmp_path / str(len(gone)), texts, ignore=ignore) == expect


def test_short_lines_rules_and_fenced_code_stay(tmp_path: Path) -> None:
    texts = [f"はい\n----\n|---|:--|\n═══\n```py\n実行する()\n```\n終わりの印{i}" for i in range(2)]
    assert left(tmp_path, texts, min_length=3) == texts
    assert left(tmp_path, texts, min_length=2) == [t.removeprefix("はい\n") for t in texts]
    texts = [f"```a``` 文\n印である\n{i}番" for i in range(2)]  # no fence: text follows
    assert left(tmp_path, texts) == ["0番", "1番"]


def test_length_is_in_characters_with_one_space_for_a_run(tmp_path: Path) -> None:
    texts = [f"　あ　　い𠮷\n{i}" for i in range(2)]
    assert left(tmp_path, texts, min_length=5) == texts
    assert left(tmp_path, texts, min_length=4) == ["0", "1"]


@pytest.mark.parametrize("unit", ["line", "paragraph"])
def test_headings_stay_and_comments_of_programs_go(tmp_path: Path, unit: str) -> None:
    texts = [f"# 概要\n\n{i}番\n\n####### 印\n\n### 仕様\r\n\r\n{i}値\n\n#札" for i in range(2)]
    assert left(tmp_path, texts, unit=unit) == [
        f"# 概要\n\n{i}番\n\n### 仕様\r\n\r\n{i}値" for i in range(2)
    ]
    licence = "# Licensed under the Apache License, Version 2.0\n#\n# 本書の許諾\n"
    texts = [f"{licence}\nimport a{i}\n" for i in range(2)]
    rest = {"line": "#\n\n", "paragraph": ""}[unit]  # a rule, where lines are counted
    assert left(tmp_path / "x", texts, unit=unit) == [f"{rest}import a{i}\n" for i in range(2)]


def test_a_table_a_list_and_fenced_code_are_one_paragraph(tmp_path: Path) -> None:
    table, items = "| 型 | V |\n|---|---|\n| A | 100 |", "- 一\n- 二"
    code = "```\nlicence\n\n\nheader\n```"
    texts = [f"{i}番\n\n{table}\n\n{items}\n\n{code}\n\n{i}了" for i in range(2)]
    assert left(tmp_path, texts, unit="paragraph") == ["0番\n\n0了", "1番\n\n1了"]
    other = texts[0].replace("100", "200").replace("二", "三").replace("\n\n\n", "\n\n")
    both = [texts[0], other.replace("0番", "2番").replace("0了", "2了")]
    assert left(tmp_path, both, unit="paragraph")[0] == "0番\n\n" + "\n\n".join(
        [table, items, "0了"]  # white space does not tell the code apart
    )


@pytest.mark.parametrize("unit", ["line", "paragraph"])
def test_blank_lines_do_not_pile_up(tmp_path: Path, unit: str) -> None:
    cases = [
        ("甲{}\n\n印\n\n乙{}", "甲{}\n\n乙{}"),
        ("印\n\n甲{}\n", "甲{}\n"),
        ("甲{}\n\n印\n", "甲{}\n"),
        ("甲{}\r\n\r\n印", "甲{}"),
        ("甲{}\n\n\n乙{}\n\n印\n\n印\n \n", "甲{}\n\n\n乙{}\n"),
        ("甲{}\r\r印\r\r\r乙{}", "甲{}\r\r乙{}"),
    ]
    for number, (text, rest) in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        texts = [text.replace("{}", str(i)) for i in range(2)]
        assert left(folder, texts, unit=unit) == [rest.replace("{}", str(i)) for i in range(2)]


def test_pieces_at_the_end_are_one(tmp_path: Path) -> None:
    texts = [f"{i}番\n印\n\n枠" for i in range(2)]
    exchange = Lines(LinesParams(min_documents=2, min_length=1))
    corpus = Corpus(tmp_path, documents(texts))
    for row in outcome(corpus.run(exchange), exchange):
        assert row["cut_bytes"] == [{"start": len("0番".encode()), "stop": len(texts[0].encode())}]


def test_a_text_of_nothing_else_is_cut_as_a_whole(tmp_path: Path) -> None:
    assert left(tmp_path, ["\n印\n\n枠\n", "枠\n印", "", "\n \n"]) == ["", "", "", "\n \n"]


def test_kept_once_is_in_the_first_document_at_its_first_place(tmp_path: Path) -> None:
    texts = ["甲\n印\n乙\n印\n", "印\n丙\n", "印"]
    assert left(tmp_path, texts, action="keep_first") == ["甲\n印\n乙\n", "丙\n", ""]


def test_a_line_counts_once_a_document(tmp_path: Path) -> None:
    params = LinesParams(min_documents=2, min_length=1)
    assert found_by(Corpus(tmp_path, documents(["印\n印\n印", "甲"])), params) == {}


def test_a_very_long_line_and_many_short_ones(tmp_path: Path) -> None:
    long = "長い行" * 100_000
    texts = [f"{long}\n{i}番" for i in range(2)] + ["\n" * 100_000]
    assert left(tmp_path, texts) == ["0番", "1番", texts[2]]


def test_both_words_of_a_digest_count() -> None:
    high, low = np.array([7, 7, 9], np.uint64), np.array([1, 3, 1], np.uint64)
    asked = np.array([7, 7, 7, 9, 9, 1], np.uint64), np.array([3, 2, 1, 1, 2, 1], np.uint64)
    assert textunits.places_of(*asked, high, low).tolist() == [1, -1, 0, 2, -1, -1]
    mixed = np.array([7, 7, 7], np.uint64), np.array([3, 1, 3], np.uint64)
    assert textunits.order_of(*mixed).tolist() == [1, 0, 2]


def test_columns_hang_on_unit_and_action() -> None:
    names = {
        (p.unit, p.action): [column.name for column in Lines(p).columns_written()]
        for p in (LinesParams(), LinesParams(unit="paragraph", action="signal"))
    }
    assert names["line", "remove"] == ["repeated_lines", "repeated_share", "cuts"]
    assert names["paragraph", "signal"] == ["repeated_paragraphs", "repeated_paragraph_share"]
    assert Lines().fill == {"repeated_lines": 0, "repeated_share": 0.0}
    assert Lines(LinesParams(per="domain")).columns_read() == ("text", "source", "url")


def test_wrong_parameters() -> None:
    for wrong in ({"min_documents": 1}, {"min_share": 0}, {"action": "cut"}, {"per": "site"}):
        with pytest.raises(ValidationError):
            LinesParams.model_validate(wrong)


def test_no_documents(tmp_path: Path) -> None:
    assert found_by(Corpus(tmp_path, documents(["", ""])), LinesParams(min_share=0.5)) == {}
    keys = Lines().keys(pa.record_batch({"text": pa.array([], pa.string())}))
    assert keys.num_rows == 0

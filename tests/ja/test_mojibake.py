from __future__ import annotations

import json

import pytest

from corpuskit.ja.encodings import decode
from corpuskit.ja.mojibake import repaired
from tests.readers.reading import shared

LINES = (
    "彼女は窓を開けて、遠くの山に残る雪を眺めた。",
    "データベースの接続文字列を config.json に記述します。",
    "「どこへ行くの」「市場まで、魚を買いに」",
)


def latin(raw: bytes) -> str:
    """Windows-1252 as browsers read it: codes without a character are controls."""
    return "".join(bytes([c]).decode("cp1252", "ignore") or chr(c) for c in raw)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("right", ["utf-8", "cp932", "euc_jp"])
def test_read_as_latin(line: str, right: str) -> None:
    text = f"ASCII stays\n{latin(line.encode(right))}\n"
    assert repaired(text) == (f"ASCII stays\n{line}\n", f"{right} read as cp1252")
    assert repaired(line.encode(right).decode("latin-1")) == (line, f"{right} read as cp1252")


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("海。わたしひとことまちある市場", "utf-8"),
        ("でソフトに海ひとあなたのの", "euc_jp"),
        ("がにノート行くものデータで行く", "euc_jp"),
    ],
)
def test_read_as_cp932(line: str, right: str) -> None:
    """Words that lose no byte on the way, which few sentences do."""
    assert repaired(line.encode(right).decode("cp932")) == (line, f"{right} read as cp932")


@pytest.mark.parametrize(
    "text",
    [
        *LINES,
        "譁・ｭ怜喧縺・",  # bytes are lost
        "繧繝錦の帯が縺れて、繧繝彩色の柱を覆う。",
        "São João, São Paulo e Conceição",
        "naïve café, déjà vu",
        "Größe, Übung, ¥100, ¤",
        "ﾃﾞｰﾀ､ﾃｽﾄ･ｶﾅ､ｱﾀﾏ",
        "ｶﾌﾞｼｷｶﾞｲｼﾔ ﾐｽﾞﾎ､ﾌﾘｺﾐ･ﾃｽｳﾘﾖｳ､ｾﾞｲｺﾐ",
        "①㈱髙﨑～ｶﾅ 𠮷野家 が゙ ㎡ m² 10⁵ 〜−",
        "",
    ],
)
def test_right_text_is_left_alone(text: str) -> None:
    assert repaired(text) == (text, None)


def test_characters_with_two_codes_are_not_certain() -> None:
    wrong = "文字列の文字数を指定します。".encode("euc_jp").decode("cp932")
    assert repaired(wrong) == (wrong, None)


def test_decoding_reports_the_repair() -> None:
    found = decode(latin(LINES[0].encode()).encode())
    assert (found.text, found.repaired) == (LINES[0], "utf-8 read as cp1252")
    assert decode(LINES[0].encode()).repaired is None


def test_no_right_document_is_touched() -> None:
    zstandard = pytest.importorskip("zstandard")
    for name in ("wikipedia_annotated", "react_docs_ja"):
        packed = shared(f"corpus/{name}.jsonl.zst").read_bytes()
        lines = zstandard.ZstdDecompressor().stream_reader(packed).read().splitlines()
        assert len(lines) > 100
        for line in lines:
            assert repaired(json.loads(line)["text"])[1] is None

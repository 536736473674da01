import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels import scripts
from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.counts import COLUMNS, DUPLICATE_COLUMNS, duplicate_lines, text_counts

from .traps import TEXTS

ALPHABET = (
    "あカ漢字aZ1２。．！？!?…‥.・●-*「」()（）【】|\t\n\r 　:/httpsか\u3099\u309a①😀𠮷가\0)．"
)
any_text = st.text(st.sampled_from(ALPHABET), max_size=60)


def counted(texts: list[str]) -> list[dict[str, int]]:
    out = np.full((len(texts), len(COLUMNS)), 99, np.int64)
    text_counts(*text_buffers(pa.array(texts, pa.string())), out)
    return [dict(zip(COLUMNS, row, strict=True)) for row in out.tolist()]


def class_of(character: str) -> str:
    point = ord(character)
    if point < 0x10000:
        return scripts.CLASSES[scripts.CLASS_OF_KIND[scripts.KIND[point]]]
    kinds = [kind for first, last, kind in scripts.ASTRAL if first <= point <= last]
    return scripts.CLASSES[kinds[0]] if kinds else "other"


SPACE = "".join(chr(p) for p in range(0x10000) if class_of(chr(p)) == "spaces")
DIGIT = "[0-9０-９]"
MARK = f"(?:[{re.escape(scripts.SENTENCE_MARKS)}]|(?<!{DIGIT})．)"
ITEM = re.compile(f"[{re.escape(scripts.BULLETS)}]|{DIGIT}+[.)．）](?!{DIGIT})")


def reference(text: str) -> dict[str, int]:
    row = dict.fromkeys(COLUMNS, 0)
    row["characters"] = len(text)
    before = "other"
    for character in text:
        kind = class_of(character)
        if character in "\u3099\u309a":
            kind = "katakana" if before == "katakana" else "hiragana"
        row[kind] += 1
        before = kind
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    bodies = [line.strip(SPACE) for line in lines]
    lengths = [len(line.removesuffix("\r")) for line in lines]
    row["lines"] = len(lines)
    row["blank_lines"] = bodies.count("")
    full = [(body, length) for body, length in zip(bodies, lengths, strict=True) if body]
    row["short_lines"] = sum(length <= 10 for _, length in full)
    row["longest_line"] = max(lengths, default=0)
    row["bullet_lines"] = sum(ITEM.match(body) is not None for body, _ in full)
    dots = ("…", "‥", "...", "・・・")
    row["ellipsis_lines"] = sum(body.endswith(dots) for body, _ in full)
    row["ended_lines"] = sum(body[-1] in scripts.LINE_ENDERS for body, _ in full)
    row["paragraphs"] = len(re.findall("x+", "".join("x" if body else " " for body in bodies)))
    row["sentence_marks"] = sum(len(re.findall(f"{MARK}+", line)) for line in text.split("\n"))
    row["longest_sentence"] = max(map(len, re.split(f"{MARK}|\n", text)))
    row["brackets_open"] = sum(text.count(c) for c in scripts.OPENING)
    row["brackets_close"] = sum(text.count(c) for c in scripts.CLOSING)
    row["urls"] = text.count("http://") + text.count("https://")
    row["pipes"] = text.count("|") + text.count("\t")
    return row


@pytest.mark.parametrize("text", TEXTS)
def test_the_traps(text: str) -> None:
    assert counted([text])[0] == reference(text)


@given(any_text)
def test_any_text(text: str) -> None:
    assert counted([text])[0] == reference(text)


@given(st.text(max_size=20))
def test_any_character(text: str) -> None:
    assert counted([text])[0] == reference(text)


def test_texts_of_a_slice_do_not_touch_each_other() -> None:
    array = pa.array(TEXTS)[3:]
    out = np.full((len(array), len(COLUMNS)), 99, np.int64)
    text_counts(*text_buffers(array), out)
    assert out.tolist() == [list(row.values()) for row in map(reference, TEXTS[3:])]


def test_numbers_that_were_counted_by_hand() -> None:
    text = "　一、ｶﾞラス①です。！\n\n・「項目（2つ）...\n見よhttps://a.jp\t|か\u3099ハ\u309a"
    expected = {
        "characters": 46, "hiragana": 6, "katakana": 6, "kanji": 4, "latin": 8, "digits": 1,
        "punctuation": 14, "symbols": 2, "spaces": 5, "control": 0, "emoji": 0, "other": 0,
        "hangul": 0, "lines": 4, "blank_lines": 1, "short_lines": 0, "longest_line": 20,
        "bullet_lines": 1, "ellipsis_lines": 1, "ended_lines": 2, "paragraphs": 2,
        "sentence_marks": 1, "longest_sentence": 20, "brackets_open": 2, "brackets_close": 1,
        "urls": 1, "pipes": 2,
    }  # fmt: skip
    row = counted([text])[0]
    assert sum(row[name] for name in scripts.CLASSES) == row["characters"]
    assert row == expected


def named_class(character: str) -> str | None:
    """The class that Unicode's name of the character tells, where it tells one."""
    name, category = unicodedata.name(character, ""), unicodedata.category(character)
    if name.startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")):
        return "kanji"
    if name.startswith("HIRAGANA LETTER"):
        return "hiragana"
    if re.match("(HALFWIDTH )?KATAKANA(-HIRAGANA)? (LETTER|PROLONGED|ITERATION)", name):
        return "katakana"
    if name.startswith(("FULLWIDTH LATIN", "LATIN CAPITAL LETTER", "LATIN SMALL LETTER")):
        basic = category in ("Lu", "Ll") and ord(character) < 0x10000
        return "latin" if basic else None
    if name.startswith(("DIGIT", "FULLWIDTH DIGIT")) and category == "Nd":
        return "digits"
    if name.startswith("HANGUL SYLLABLE"):
        return "hangul"
    return "spaces" if category in ("Zs", "Zl", "Zp") else None


def test_classes_agree_with_the_names_of_characters() -> None:
    wrong = []
    for point in [*range(0xD800), *range(0xE000, 0x20100), *range(0x31340, 0x31360)]:
        character = chr(point)
        expected = named_class(character)
        if expected is not None and class_of(character) != expected:
            wrong.append((hex(point), character, expected, class_of(character)))
    # Reversed C counts with the Roman numerals that it belongs to.
    assert [entry[0] for entry in wrong] == ["0x2184"]


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ("ーヽヾヿｰﾞﾟㇰ\U0001b000", "katakana"),
        ("ゝゞゟ〱〲゛゜\U0001b002", "hiragana"),
        ("々〆〇〻𠮷𩸽豈\U00030000", "kanji"),
        ("aＺéªŁﬁ", "latin"),
        ("0９", "digits"),
        ("、。・〜～「」『』ー"[:-1] + "…‥※—!#%&_§", "punctuation"),
        ("①㈱㎡½²⁵℃−×→─■★＋＝$￥〒♪Ⅳ", "symbols"),
        (" \u3000\t\n\r\xa0\u2009", "spaces"),
        ("\0\x01\x0b\x7f\x85\ufffd", "control"),
        ("😀🇯👨⭐✅🀄", "emoji"),
        ("가ㄱᄀ", "hangul"),
        ("ΩЯ\u0301\u200d\ufe0f\ufeff\ue000ا\U000e0100", "other"),
    ],
)
def test_the_class_of_characters(characters: str, expected: str) -> None:
    wrong = {character: class_of(character) for character in characters}
    assert set(wrong.values()) == {expected}, wrong
    for character in characters:
        assert counted([character])[0][expected] == 1


def duplicates(texts: list[str]) -> list[list[int]]:
    out = np.full((len(texts), len(DUPLICATE_COLUMNS)), 99, np.int64)
    duplicate_lines(*text_buffers(pa.array(texts, pa.string())), out)
    rows: list[list[int]] = out.tolist()
    return rows


def duplicates_reference(text: str) -> list[int]:
    seen: set[str] = set()
    found = [0, 0]
    for line in text.split("\n"):
        body = line.strip(SPACE)
        if body in seen:
            found[0] += 1
            found[1] += len(body)
        elif body:
            seen.add(body)
    return found


@given(st.lists(st.lists(st.sampled_from(["あ", " あ　", "い", "い\r", "", "　", "𠮷b"]))))
def test_duplicate_lines(documents: list[list[str]]) -> None:
    texts = ["\n".join(lines) for lines in documents]
    assert duplicates(texts) == [duplicates_reference(text) for text in texts]


def test_duplicate_lines_of_the_traps_and_of_many_lines() -> None:
    many = "\n".join(f"行{i % 7000}" for i in range(10_000))
    texts = [*TEXTS, many, "行1\n行1"]
    assert duplicates(texts) == [duplicates_reference(text) for text in texts]
    assert duplicates([many])[0][0] == 3000

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from corpuskit.ja.encodings import Decoded, UndecodableError, decode, sniff
from corpuskit.ja.jis import decode_eucjp, decode_iso2022jp, jis_cell
from corpuskit.readers.compression import OnDisk, read_whole

SHARED = Path(__file__).parents[3] / "shared" / "data"
CODECS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be", "utf-32-be")
SENTENCES = (
    "彼女は窓を開けて、遠くの山に残る雪を眺めた。",
    "設備の点検は月に一度、担当者が二人で行う。",
    "第三条　前項の規定による届出は、書面でしなければならない。",
    "データベースの接続文字列を config.json に記述します。",
    "ポンプの軸受に異音がある場合は、運転を止めて確かめる。",
    "平成十二年四月一日から施行する。ただし、附則を除く。",
    "「どこへ行くの」「市場まで、魚を買いに」",
    "Python 3.11 では match 文を使うことができる。",
    "ローマ字とカタカナ、漢字仮名交じり文のテスト。",
    "図書館の開館時間は季節によって変わることがある。",
)
TEXT = "".join(SENTENCES)


def right(found: Decoded, text: str, codec: str) -> bool:
    return (found.text, found.encoding, found.replaced) == (text, codec, 0)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("text", [TEXT, *SENTENCES])
def test_whole_sentences(codec: str, text: str) -> None:
    assert right(decode(text.encode(codec)), text, codec)


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_byte_order_marks_are_certain_and_not_text(codec: str, name: str) -> None:
    for text in ("", "a", "㈱①", TEXT):
        assert decode(text.encode(codec)) == Decoded(text, name, 1.0, 0)


def snippets(codec: str, length: int, count: int) -> list[bytes]:
    """Raw pieces of `length` characters, the last byte cut off every second one."""
    rng = random.Random(f"{codec} {length}")
    found = []
    while len(found) < count:
        start = rng.randrange(len(TEXT) - length)
        text = TEXT[start : start + length]
        if sum(character > "\u3000" for character in text) < 5:
            continue
        piece = text.encode(codec)
        found.append(piece[: len(piece) - len(found) % 2])
    return found


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("length", "least"), [(12, 0.98), (25, 1), (60, 1)])
def test_short_pieces_and_cuts_in_mid_character(codec: str, length: int, least: float) -> None:
    pieces = snippets(codec, length, 200)
    found = [sniff(piece) for piece in pieces]
    hits = sum(each is not None and each.encoding == codec for each in found)
    assert hits >= least * len(pieces)


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
def test_one_broken_byte_changes_nothing(codec: str) -> None:
    rng = random.Random(codec)
    hits = 0
    for piece in snippets(codec, 60, 200):
        raw = bytearray(piece)
        raw[rng.randrange(len(raw))] = rng.randrange(256)
        found = sniff(bytes(raw))
        hits += found is not None and found.encoding == codec
    assert hits >= 199


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_without_a_mark(codec: str) -> None:
    for text in (TEXT[:12], "なまむぎなまごめ", "株式会社東京", "ｶﾌﾞｼｷｶﾞｲｼﾔ 123", "x = 1  # 値"):
        assert right(decode(text.encode(codec)), text, codec)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xff\xfe\0\0"])
def test_a_broken_mark_is_survived(mark: bytes) -> None:
    codec = "utf-16-le" if len(mark) == 2 else "utf-32-le"
    for at in range(len(mark)):
        raw = bytearray(mark + TEXT.encode(codec))
        raw[at] ^= 0x55
        found = decode(bytes(raw))
        assert (found.encoding, found.text[-50:]) == (codec, TEXT[-50:])


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("escape", [b"\x1b$B", b"\x1b(B"])
def test_a_broken_escape_of_iso_2022_jp_is_found(escape: bytes, at: int) -> None:
    raw = bytearray(b"see " + "彼女は窓を開けて、遠くの山に".encode("iso2022_jp") + b" there")
    raw[raw.index(escape) + at] = 0x2A
    found = decode(bytes(raw))
    assert found.encoding == "iso2022_jp"
    assert found.text.startswith("see ") and found.text.endswith(" there")
    assert "女は窓を開けて、遠くの山" in found.text


def test_euc_jp_falls_into_step_after_a_broken_byte() -> None:
    text = "彼女は窓を開けて、遠くの山に残る雪を眺めた"
    for at in range(len(text) * 2):
        raw = bytearray(text.encode("euc_jp"))
        raw[at] = 0x41
        found = decode_eucjp(bytes(raw))
        assert found[: at // 2] == text[: at // 2]
        assert found.endswith(text[at // 2 + 2 :])


@pytest.mark.parametrize("byte", [0x8E, 0x8F, 0xC5])
def test_euc_jp_falls_into_step_wherever_the_broken_byte_is(byte: int) -> None:
    text = "彼女は窓を開けて3遠くの山に残る雪を眺めた"
    plain = text.encode("euc_jp")
    slipped = [at for at, old in enumerate(plain) if old < 0x80 or byte in (0x8E, 0x8F)]
    right = 0
    for at in slipped:
        raw = bytearray(plain)
        raw[at] = byte
        before = bytes(plain[:at]).decode("euc_jp", "ignore")
        after = text[len(before) + 3 :]
        found = decode_eucjp(bytes(raw))
        right += found.startswith(before[:-1]) and found.endswith(after)
    assert slipped and right >= 0.9 * len(slipped)


def test_half_a_character_at_the_end_is_a_cut_and_no_slip() -> None:
    for size in range(2, len(SENTENCES[0])):
        raw = SENTENCES[0][:size].encode("euc_jp")[:-1]
        assert decode_eucjp(raw) == SENTENCES[0][: size - 1] + "\ufffd"


def test_a_line_end_that_was_another_byte_does_not_end_iso_2022_jp() -> None:
    text = "彼女は窓を開けて、遠くの山に残る雪を眺めた"
    plain = text.encode("iso2022_jp")
    for at in range(3, len(plain) - 15):
        raw = bytearray(plain)
        raw[at] = 0x0A
        place = (at - 3) // 2
        found = decode_iso2022jp(bytes(raw))
        assert found.startswith(text[:place]) and found.endswith(text[place + 2 :])


def test_a_switch_to_ascii_that_was_one_to_japanese_is_found() -> None:
    plain = "図書館（http://www.example.jp/）で作られました。".encode("iso2022_jp")
    at = plain.rindex(b"\x1b$B") + 1
    raw = plain[:at] + b"(" + plain[at + 1 :]
    assert decode(raw).text == "図書館（http://www.example.jp/）で作られました。"
    assert decode_iso2022jp(b"\x1b(BK$G:n\x1b(Bx") == "K$G:nx"  # too short to be sure


@pytest.mark.parametrize("at", range(0, 36, 3))
def test_a_broken_byte_leaves_jis_x_0213_what_it_is(at: int) -> None:
    text = "消費者にとって醬油は、欠かせない調味料であるといえる。"
    raw = bytearray(text.encode("shift_jis_2004"))
    raw[20 + at if at >= 15 else at] ^= 0x15
    found = decode(bytes(raw))
    assert found.encoding == "shift_jis_2004"
    assert "醬" in found.text or at in (12, 15)


@pytest.mark.parametrize(
    "text", ["姸\n\n## ECMASc", "{{Lang-fr|République du Niger}}\n|-", "価格は－３％、€で払う"]
)
def test_short_shift_jis_2004_with_one_character_of_its_own(text: str) -> None:
    raw = b"".join(c.encode("ascii" if c < "\x80" else "shift_jis_2004") for c in text)
    assert decode(raw).text == text


def test_one_broken_character_of_four_is_no_binary() -> None:
    raw = bytearray("前項\n  :depth:".encode())
    raw[3] = 0xFF
    assert (decode(bytes(raw)).encoding, decode(bytes(raw)).text[-10:]) == ("utf-8", "\n  :depth:")


def test_no_letter_comes_out_of_a_cell_without_a_character() -> None:
    assert decode_eucjp(b"\xad\xfd\xa4\xa2") == "\ufffdあ"


@pytest.mark.parametrize(("text", "codec"), [("ﾌﾘｺﾐ ﾐｽﾞﾎ", "cp932"), ("ﾌﾘｺﾐ ﾐｽﾞﾎ ｶﾌﾞ", "euc_jp")])
def test_short_half_width_kana(text: str, codec: str) -> None:
    assert right(decode(text.encode(codec)), text, codec)


def test_one_broken_byte_is_not_jis_x_0213() -> None:
    raw = TEXT.encode("cp932").replace("窓".encode("cp932"), b"\x83\xf0", 1)  # a cell of 2004
    assert (decode(raw).encoding, decode(raw).replaced > 0) == ("cp932", True)


@pytest.mark.parametrize("codec", CODECS)
def test_a_cut_is_one_broken_character(codec: str) -> None:
    raw = TEXT.encode(codec)
    # ISO-2022-JP goes back to ASCII at the end; cut before that.
    cut = raw[:-4] if codec == "iso2022_jp" else raw[:-1]
    found = decode(cut)
    assert (found.encoding, found.replaced) == (codec, 1)
    assert found.text == TEXT[:-1] + "\ufffd"


@pytest.mark.parametrize(
    ("raw", "text", "encoding"),
    [
        ("①㈱髙﨑～ｶﾅのついた日本語".encode("cp932"), "①㈱髙﨑～ｶﾅのついた日本語", "cp932"),
        (b"\xad\xa1\xad\xea\xfc\xe2\x8f\xf4\xfe\xa4\xce\xc6\xfc", "①㈱髙黑の日", "euc_jp"),
        (b"\x1b$B-!-jFnJ8\x1b(B.", "①㈱南文.", "iso2022_jp"),
        (b"\x1b$B%F\x1b(I6@65\x1b(Bx", "テｶﾀｶｵx", "iso2022_jp"),
        ("ﾌﾘｺﾐ ｶ)ﾄｳｷﾖｳｼﾖｳｼﾞ".encode("cp932"), "ﾌﾘｺﾐ ｶ)ﾄｳｷﾖｳｼﾖｳｼﾞ", "cp932"),
        ("これは𠮟る、俱利伽羅、頰、剝がす".encode("shift_jis_2004"), "", "shift_jis_2004"),
        ("これは𠮟る、俱利伽羅、頰、剝がす".encode("euc_jis_2004"), "", "euc_jis_2004"),
        ("Größe für das Café, où l’été".encode("cp1252"), "Größe für das Café, où l’été", "cp1252"),
        ("Это пример текста".encode(), "Это пример текста", "utf-8"),
        ("café".encode(), "café", "utf-8"),
        ("あ".encode("cp932"), "あ", "cp932"),
        ("日本".encode("euc_jp"), "日本", "euc_jp"),
        (b"plain ASCII\x1a", "plain ASCII\x1a", "utf-8"),
        (b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m", "utf-8"),
        (b"", "", "utf-8"),
    ],
)
def test_particular_texts(raw: bytes, text: str, encoding: str) -> None:
    found = decode(raw)
    assert found.encoding == encoding
    assert found.replaced == 0
    assert found.text == (text or raw.decode(encoding))


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "utf-8"])
@pytest.mark.parametrize("declared", ["utf-8", "Shift_JIS", "EUC-JP", "iso-8859-1", "gb2312", "?"])
def test_wrong_declarations_are_survived(codec: str, declared: str) -> None:
    assert right(decode(TEXT.encode(codec), declared), TEXT, codec)


def test_declarations_help_where_the_bytes_say_little() -> None:
    raw = "多".encode("euc_jp")  # also a valid pair of UTF-8
    assert decode(raw, "EUC-JP").text == "多"
    assert decode("ｱｲ".encode("cp932"), "x-sjis").text == "ｱｲ"
    assert decode("ｱｲ".encode("cp932"), "euc-jp").text == "渦"
    chinese = "这是一个中文文本的例子，包含许多常用汉字。"
    assert right(decode(chinese.encode("gb18030"), "gb2312"), chinese, "gb18030")
    korean = "이것은 한국어 텍스트입니다."
    assert right(decode(korean.encode("cp949"), "euc-kr"), korean, "cp949")


def test_jis_x_0213_has_a_backslash_where_ascii_has_one() -> None:
    text = "C:\\𠮟る~俱利伽羅"
    raw = b"C:\\" + "𠮟る".encode("shift_jis_2004") + b"~" + "俱利伽羅".encode("shift_jis_2004")
    assert decode(raw, "Shift_JIS-2004").text == text


def test_a_line_end_ends_a_mode_of_iso_2022_jp() -> None:
    assert decode_iso2022jp(b"\x1b$B%F\nabc \x1b$B%F%9\x1b(B!") == "テ\nabc テス!"


def test_text_far_down_counts() -> None:
    raw = b"# licence\n" * 20_000 + TEXT.encode("euc_jp")
    assert decode(raw).encoding == "euc_jp"


def test_valid_replacement_characters_are_not_counted() -> None:
    assert decode("壊れた\ufffd字".encode()).replaced == 0
    assert decode("壊れた\ufffd字".encode() + b"\xff").replaced == 1


@pytest.mark.parametrize("raw", [bytes(1000), b"\0\1\2\3" * 100, b"\x7fELF\2\1\1" + bytes(64)])
def test_binary_is_refused(raw: bytes) -> None:
    assert sniff(raw) is None
    with pytest.raises(UndecodableError, match="not text"):
        decode(raw)


def test_random_bytes_are_refused() -> None:
    rng = random.Random(11)
    accepted = sum(sniff(rng.randbytes(400)) is not None for _ in range(300))
    assert accepted == 0
    assert sniff(TEXT.encode("cp932") + b"\xfd\xff" * 8) is not None
    assert sniff(TEXT.encode("cp932") + b"\xfd\xff" * 30) is None
    high = (bytes(rng.randrange(0x80, 0x100) for _ in range(400)) for _ in range(100))
    assert not any(sniff(raw) for raw in high)


def test_hostile_bytes_end() -> None:
    """Quadratic behaviour would show as a test that does not end."""
    for raw in (b"\xff" * 300_000, b"\x1b$B" * 50_000, b"\x81" * 300_000, b"\x8f" * 300_000):
        assert len(decode_eucjp(raw)) == len(raw)
        assert len(decode_iso2022jp(raw)) <= len(raw)
    assert sniff(b"\xff" * 300_000) is None


def test_cells_of_jis_x_0213() -> None:
    assert jis_cell(1, 16, 1) == "亜"
    assert jis_cell(1, 4, 87) == "か\u309a"
    assert jis_cell(2, 1, 1) == "\U00020089"
    assert jis_cell(1, 95, 1) == jis_cell(3, 1, 1) == jis_cell(1, 0, 1) == ""


def test_files_whose_encoding_is_known() -> None:
    if not SHARED.exists():
        pytest.skip("the shared test documents are not here")
    with (SHARED / "labels/encoding_truth.tsv").open(encoding="utf-8") as table:
        truth = {row["path"]: row["encoding"] for row in csv.DictReader(table, delimiter="\t")}
    names = {"shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "utf8": "utf-8"}
    seen = 0
    with (SHARED / "fixtures/MANIFEST.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            label = truth.get(row["origin_path"], "").lower()
            if not label:
                continue
            seen += 1
            found = decode(read_whole(OnDisk(SHARED / "fixtures" / row["file"]), 1 << 30).data)
            assert found.encoding == names.get(label, label), row["file"]
            assert found.replaced == 0, row["file"]
    assert seen > 40


@pytest.mark.parametrize(
    "data", [b"\0\1", b"\0\1\2", b"\1\0", bytes((1, 0)) * 40, bytes(range(40))]
)
def test_a_few_control_bytes_are_no_utf_16(data: bytes) -> None:
    assert sniff(data) is None


def test_one_kanji_of_jis_x_0213_in_a_long_text_is_no_damage() -> None:
    text = "海に近い町では、朝の市場に新しい魚が並ぶ。\n" * 40
    with_kanji = text + "駅の前に嚞という字がある。\n" + text
    assert decode(with_kanji.encode("shift_jis_2004")).text == with_kanji
    # In a short text a broken byte is as likely.
    broken = bytearray(text[:60].encode("cp932"))
    broken[8] = 0x80
    assert decode(bytes(broken)).encoding == "cp932"

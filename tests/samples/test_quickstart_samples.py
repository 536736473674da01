"""The quickstart's input has every property that the quickstart is meant to show.

Independent of corpuskit's own code on purpose: plain Python sets and the standard library's codecs.
"""

import gzip
import json
import re
import unicodedata
import zlib
from collections import Counter
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(str(files("corpuskit.samples"))) / "quickstart"
JAPANESE = "[ぁ-んァ-ヶ一-龠]"
COUNTS = {"web": 14, "aozora": 6, "legacy": 6, "manuals": 20, "records": 2, "broken": 3}
LEGACY = {  # name: (codec, first bytes, something that only this form can show)
    "minutes_eucjp.txt": ("euc_jp", b"", "〜"),
    "mail_iso2022jp.txt": ("iso2022_jp", b"From: ", "算盤"),
    "order_sjis.txt": ("cp932", b"", "㈱柚木浜ポンプ製作所"),
    "measure_sjis.txt": ("cp932", b"", "１２．３４５ｍ"),
    "survey_utf16.txt": ("utf-16", b"\xff\xfe", "鹿ノ瀬川"),
    "memo_utf8bom.txt": ("utf-8-sig", b"\xef\xbb\xbf", "引き継ぎメモ"),
}
OLD = ["web/clock_sjis.html", "web/canal_eucjp.html", "legacy/minutes_eucjp.txt"]
NEAR = {("chn-0001", "chn-0004"), ("chn-0001", "chn-0005"), ("chn-0004", "chn-0005")}


def paths(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).iterdir() if path.is_file())


def utf8(name: str) -> str:
    return (ROOT / name).read_bytes().decode("utf-8")


def page(name: str) -> str:
    """A page decoded as its own declaration says."""
    raw = (ROOT / "web" / name).read_bytes()
    declared = re.search(rb"charset=\"?([\w-]+)", raw, re.I)
    assert declared is not None, name
    return raw.decode(
        {"shift_jis": "cp932"}.get(declared[1].decode().lower(), declared[1].decode())
    )


def visible(html: str) -> str:
    html = re.sub(r"<(script|style|title)\b.*?</\1>", "", html, flags=re.S | re.I)
    return re.sub(r"<[^>]*>", "", html)


def grams(text: str) -> set[str]:
    text = re.sub(r"\s+", " ", text).strip()
    return {text[i : i + 5] for i in range(max(1, len(text) - 4))}


def jaccard(left: str, right: str) -> float:
    a, b = grams(left), grams(right)
    return len(a & b) / len(a | b)


def unvoiced(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    return "".join(char for char in split if unicodedata.category(char) != "Mn")


def quantities(text: str) -> Counter[str]:
    """Every number, in digits or kanji, with the letters before it and the character after it."""
    folded = unicodedata.normalize("NFKC", text)
    return Counter(re.findall(r"[A-Z-]*[0-9〇一二三四五六七八九十百千万.,]+.?", folded))


def records(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw.decode("utf-8").splitlines()]


@pytest.fixture(scope="module")
def articles() -> list[dict[str, Any]]:
    return records((ROOT / "records" / "articles.jsonl").read_bytes())


def body(articles: list[dict[str, Any]], doc_id: str) -> str:
    return str(next(row["body"] for row in articles if row["doc_id"] == doc_id))


def test_every_folder_holds_what_the_documentation_counts() -> None:
    assert {folder: len(paths(folder)) for folder in COUNTS} == COUNTS
    assert sorted(path.name for path in ROOT.iterdir()) == sorted(COUNTS)


def test_sizes_and_names() -> None:
    found = [path for path in ROOT.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in found) < 250_000
    names = [path.name for path in found if not path.name.isascii()]
    assert names == [unicodedata.normalize("NFC", "ポンプ点検手順.txt")]


def test_pages_decode_as_declared() -> None:
    charsets: Counter[str] = Counter()
    for path in paths("web"):
        text = page(path.name)
        assert "</html>" in text.lower()
        declared = re.search(r"charset=\"?([\w-]+)", text, re.I)
        assert declared is not None
        charsets[declared[1].lower()] += 1
    assert charsets == {"utf-8": 12, "shift_jis": 1, "euc-jp": 1}


def test_pages_come_from_several_ages_and_carry_furniture() -> None:
    text = "\n".join(page(path.name) for path in paths("web"))
    for mark in (
        "HTML 3.2",
        "HTML 4.01",
        "XHTML 1.0",
        "<!DOCTYPE html>",
        "<nav",
        "<footer",
        "<aside",
    ):
        assert mark in text
    for mark in (
        "breadcrumb",
        "sidebar",
        "Copyright",
        "©",
        "&copy;",
        "<dl>",
        "<ol",
        "<ul",
        "<table",
    ):
        assert mark in text


def test_pages_hold_ruby_wraps_between_characters_and_tags_around_one_character() -> None:
    news, canal = page("news_bridge.html"), page("canal_eucjp.html")
    assert "<ruby>東<rp>(</rp><rt>ひがし</rt><rp>)</rp></ruby>" in news
    assert "<rb>七曲</rb><rp>（</rp><rt>ななまがり</rt>" in canal
    for name in ("news_bridge.html", "recipe_shijimi.html", "clock_sjis.html", "blog_garden.html"):
        assert re.search(rf"{JAPANESE}\r?\n{JAPANESE}", page(name)), name
    for name, tag in (("clock_sjis.html", "FONT"), ("blog_garden.html", "strong")):
        assert re.search(rf"{JAPANESE}<{tag}[^>]*>{JAPANESE}</{tag}>{JAPANESE}", page(name)), name


def test_the_advertisement_is_short_loud_lines_without_sentences() -> None:
    text = visible(page("ad_campaign.html"))
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    assert sum(len(row) < 30 for row in rows) / len(rows) > 0.8
    assert sum("！" in row for row in rows) / len(rows) > 0.6
    assert "。" not in text
    assert all(word in text for word in ("今だけ", "送料無料", "ポイント"))


def test_the_link_list_is_almost_only_links() -> None:
    html = page("links.html")
    linked = sum(len(text) for text in re.findall(r"<a [^>]*>(.*?)</a>", html))
    assert linked / len(re.sub(r"\s", "", visible(html))) > 0.8


def test_two_pages_are_not_japanese() -> None:
    english = visible(page("english_about.html"))
    chinese = visible(page("chinese_notice.html"))
    assert sum(char.isascii() for char in english) / len(english) > 0.98
    assert not re.search("[ぁ-んァ-ヶ]", english + chinese)
    assert len(re.findall("[一-龠]", chinese)) > 300


def test_the_archive_menu_is_months() -> None:
    text = visible(page("archive_menu.html"))
    assert "2022年11月" in text and "2022年10月" in text
    assert len(re.findall(r"20\d\d年\d+月", text)) > 40
    assert "。" not in text


@pytest.mark.parametrize("path", paths("aozora"), ids=lambda path: path.stem)
def test_aozora_files_have_the_form(path: Path) -> None:
    raw = path.read_bytes()
    text = raw.decode("shift_jis")
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10
    rows = text.split("\r\n")
    rules = [i for i, row in enumerate(rows) if re.fullmatch("-{40,}", row)]
    assert len(rules) == 2
    assert rows[rules[0] - 1] == "" and 2 <= rules[0] - 1 <= 3 and all(rows[: rules[0] - 1])
    note, after = rows[rules[0] : rules[1]], "\n".join(rows[rules[1] :])
    assert {"《》：ルビ", "｜：ルビの付く文字列の始まりを特定する記号"} <= set(note)
    story, footer = after.split("\n底本：")
    assert len(story) > 400 and re.search("《[ぁ-んァ-ヶー]+》", story) and "｜" in story
    assert "初版" in footer or "第1刷" in footer or "發行" in footer
    assert "実在しません" in footer


def test_aozora_notes_gaiji_accents_and_old_orthography() -> None:
    texts = {path.stem: path.read_bytes().decode("shift_jis") for path in paths("aozora")}
    joined = "".join(texts.values())
    for mark in (
        "字下げ］",
        "に傍点］",
        "中見出し］",
        "大見出し］",
        "［＃改ページ］",
        "［＃地付き］",
    ):
        assert mark in joined
    for cell, char in (("1-85-54", "枘"), ("1-94-69", "鷗")):
        assert f"、第3水準{cell}］" in joined
        _, row, column = map(int, cell.split("-"))
        assert bytes([0xA0 + row, 0xA0 + column]).decode("euc_jis_2004") == char
    assert "〔Cafe' de l'e'toile〕" in joined
    old = texts["kyuukana_machi"]
    assert old.count("／＼") > 3 and "さま／″＼" in old
    assert all(word in old for word in ("櫻", "變", "いづれも", "やうな", "つて", "たゞ"))


@pytest.mark.parametrize("name", LEGACY)
def test_legacy_files_are_in_their_encoding(name: str) -> None:
    codec, start, mark = LEGACY[name]
    raw = (ROOT / "legacy" / name).read_bytes()
    text = raw.decode(codec)
    assert raw.startswith(start) and mark in text
    assert len(text) > 300 and "�" not in text
    # Python writes the same bytes back: nothing in the file is a stray sequence.
    assert text.encode(codec) == raw


@pytest.mark.parametrize("name", [*OLD, "legacy/order_sjis.txt", "legacy/measure_sjis.txt"])
def test_old_multibyte_files_are_not_utf8(name: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        (ROOT / name).read_bytes().decode("utf-8")


def test_legacy_forms() -> None:
    order = (ROOT / "legacy" / "order_sjis.txt").read_bytes().decode("cp932")
    assert all(char in order for char in "①㈱髙﨑㎜㎏№℡")
    assert "ﾒｶﾆｶﾙｼｰﾙ" in order
    mail = (ROOT / "legacy" / "mail_iso2022jp.txt").read_bytes()
    assert mail.isascii() and b"\x1b$B" in mail and b"\x1b(B" in mail
    measured = (ROOT / "legacy" / "measure_sjis.txt").read_bytes().decode("cp932")
    for number in ("２，４００", "1,850", "百二十三", "週2回", "１回"):
        assert number in measured


def test_manuals_are_utf8_and_long_enough() -> None:
    for path in paths("manuals"):
        text = path.read_bytes().decode("utf-8")
        assert unicodedata.is_normalized("NFC", text)
        assert len(text) >= (120 if path.name.startswith("voicing") else 500), path.name


def test_spec_sheets_are_near_duplicates_but_for_their_ratings() -> None:
    one, other = utf8("manuals/spec_su115a.txt"), utf8("manuals/spec_su230a.txt")
    assert min(len(one), len(other)) >= 1200
    assert 0.85 <= jaccard(one, other) < 1
    left, right = quantities(one), quantities(other)
    assert set(left - right) == {"SU-115A", "100V", "15A"}
    assert set(right - left) == {"SU-230A", "200V", "30A"}
    assert re.split(r"SU-115A|100V|15A", one) == re.split(r"SU-230A|200V|30A", other)


def test_rule_book_versions_differ_in_words_only() -> None:
    old, new = utf8("manuals/rules_v3.txt"), utf8("manuals/rules_v4.txt")
    assert 0.85 <= jaccard(old, new) <= 0.97
    assert old.splitlines()[:2] != new.splitlines()[:2]
    assert "改定日" in old.splitlines()[1] and "改定日" in new.splitlines()[1]
    rest = ["\n".join(text.splitlines()[2:]) for text in (old, new)]
    assert rest[0] != rest[1]
    assert quantities(rest[0]) == quantities(rest[1])


def test_voicing_texts_differ_until_the_dakuten_go() -> None:
    texts = [utf8(f"manuals/voicing_{name}.txt") for name in ("basu", "pasu", "hasu")]
    for (one, other), words in zip(combinations(texts, 2), combinations("バパハ", 2), strict=True):
        assert f"{words[0]}ス" in one and f"{words[1]}ス" in other
        assert min(len(one), len(other)) >= 120
        assert jaccard(one, other) < 0.75
        assert jaccard(unvoiced(one), unvoiced(other)) == 1.0


def test_articles_have_the_fields(articles: list[dict[str, Any]]) -> None:
    assert len(articles) == 24
    for row in articles:
        assert set(row) == {"doc_id", "title", "body", "url", "published"}
        assert all(isinstance(value, str) and value for value in row.values())
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["published"])
        assert re.match(r"https://\w+\.example\.jp/", row["url"])
    assert len({row["url"] for row in articles}) == 24


def test_the_exact_duplicate_has_another_id(articles: list[dict[str, Any]]) -> None:
    same = [row for row, count in Counter(row["body"] for row in articles).items() if count > 1]
    assert same == [body(articles, "chn-0002")] == [body(articles, "chn-0006")]


def test_the_edited_article_is_a_family(articles: list[dict[str, Any]]) -> None:
    for one, other in NEAR:
        left, right = body(articles, one), body(articles, other)
        assert 0.85 <= jaccard(left, right) < 1
        assert quantities(left) == quantities(right)
    assert body(articles, "chn-0005").startswith(body(articles, "chn-0001"))


def test_one_input_id_repeats_with_other_text(articles: list[dict[str, Any]]) -> None:
    repeated = [key for key, n in Counter(row["doc_id"] for row in articles).items() if n > 1]
    assert repeated == ["col-0007"]
    assert len({row["body"] for row in articles if row["doc_id"] == "col-0007"}) == 2


def test_personal_data_has_a_valid_check_digit(articles: list[dict[str, Any]]) -> None:
    text = body(articles, "per-0001")
    for mark in (
        "03-1234-0142",
        "０３（１２３４）０１７８",
        "090-0123-4567",
        "s.kirigaya@example.jp",
    ):
        assert mark in text
    assert "〒100-0000" in text and "3丁目14番9号" in text
    found = re.search(r"\d{4} \d{4} \d{4}", text)
    assert found is not None
    digits = [int(char) for char in found[0].replace(" ", "")]
    # Ordinance 85 of 2014 (MIC), article 5: weights 2..7 then 2..6, from the right.
    weighted = zip(reversed(digits[:11]), [*range(2, 8), *range(2, 7)], strict=True)
    rest = sum(digit * weight for digit, weight in weighted) % 11
    assert digits[11] == (0 if rest <= 1 else 11 - rest)


def test_difficult_characters(articles: list[dict[str, Any]]) -> None:
    emoji = body(articles, "sns-0031")
    assert (
        "𠮷" in emoji and "🚲" in emoji and "👨‍👩‍👧" in emoji and "👍🏽" in emoji and "𩸽" in emoji
    )
    apart = body(articles, "tec-0012")
    assert "か\u3099" in apart and "フ\u309aリン" in apart
    assert not re.search("[がぎぐげごばびぶべぼガバパ]", apart)
    wide = body(articles, "tec-0013")
    assert re.search("[０-９]{3}", wide) and "ﾎﾞﾙﾄ" in wide and "ﾌﾟﾗｽﾁｯｸ" in wide
    symbols = body(articles, "tec-0014")
    for mark in ("m²", "㎡", "①", "10⁵", "½", "㈱", "H₂O", "Fe³⁺", "−5℃"):
        assert mark in symbols


def test_kanji_only_and_single_line_articles(articles: list[dict[str, Any]]) -> None:
    assert re.fullmatch(r"[一-龠\n]+", body(articles, "hdl-0001"))
    essay = body(articles, "ess-0090")
    assert len(essay) >= 1000 and "\n" not in essay


def test_nothing_else_resembles(articles: list[dict[str, Any]]) -> None:
    texts = {path.name: path.read_bytes().decode("utf-8") for path in paths("manuals")}
    texts |= {path.name: visible(page(path.name)) for path in paths("web")}
    texts |= {path.name: path.read_bytes().decode("cp932") for path in paths("aozora")}
    texts |= {
        name: (ROOT / "legacy" / name).read_bytes().decode(LEGACY[name][0]) for name in LEGACY
    }
    texts |= {row["doc_id"] + row["title"]: row["body"] for row in articles}
    sets = {name: grams(text) for name, text in texts.items()}
    assert len(sets) == 70
    near = {
        (one[:8], other[:8])
        for one, other in combinations(sets, 2)
        if len(sets[one] & sets[other]) / len(sets[one] | sets[other]) > 0.45
    }
    templates = {("spec_su1", "spec_su2"), ("rules_v3", "rules_v4")}
    assert near == NEAR | templates | {("chn-0002", "chn-0006")}


def test_notes_are_gzip_json_lines() -> None:
    raw = (ROOT / "records" / "notes.jsonl.gz").read_bytes()
    rows = records(gzip.decompress(raw))
    assert len(rows) == 6
    assert all(set(row) == {"id", "text"} and len(row["text"]) > 200 for row in rows)
    assert raw[4:8] == b"\0\0\0\0"  # no time of writing in the header


def test_the_truncated_file_gives_whole_records_and_then_fails() -> None:
    raw = (ROOT / "broken" / "truncated.jsonl.gz").read_bytes()
    with pytest.raises(EOFError):
        gzip.decompress(raw)
    stream = zlib.decompressobj(31)
    *whole, tail = stream.decompress(raw).split(b"\n")
    assert not stream.eof
    assert [row["id"] for row in records(b"\n".join(whole))] == ["log-1", "log-2"]
    with pytest.raises(ValueError):
        json.loads(tail)


def test_nuls_and_broken_lines_between_good_ones() -> None:
    assert (ROOT / "broken" / "nuls.txt").read_bytes() == bytes(2048)
    kinds = []
    for line in utf8("broken/broken.jsonl").splitlines():
        try:
            kinds.append(type(json.loads(line).get("text")).__name__)
        except ValueError:
            kinds.append("broken line")
    assert kinds == ["str", "broken line", "str", "NoneType", "int", "str"]

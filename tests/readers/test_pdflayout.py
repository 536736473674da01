"""PDF: what stands on the page becomes text in reading order, and nothing else does."""

from __future__ import annotations

import random
import time

import pytest

from tests.readers.pdfmaking import book, filler, lines, only, pdf, rows, rules, text

pytest.importorskip("pypdfium2")


# --- lines and paragraphs ----------------------------------------------------------------------


def test_lines_of_a_paragraph_join_without_a_space_and_indents_begin_paragraphs() -> None:
    page = lines(
        60,
        700,
        [
            "　本書は、日本語の文書を学習用の資料に仕立てる人のために書か",
            "れた手引きである。行の途中で文が折り返されても、読み手には",
            "一つの文である。",
            "　次の段落はここから始まり、こちらも一つの文として行の末尾を",
            "越えて続く。",
        ],
    )
    assert only(pdf(page)) == (
        "　本書は、日本語の文書を学習用の資料に仕立てる人のために書かれた手引きである。"
        "行の途中で文が折り返されても、読み手には一つの文である。\n\n"
        "　次の段落はここから始まり、こちらも一つの文として行の末尾を越えて続く。"
    )


def test_a_short_line_ends_a_paragraph() -> None:
    page = lines(60, 700, ["見出しの行", *filler(2, "本文")])
    assert only(pdf(page)).split("\n\n")[0] == "見出しの行"


def test_english_words_parted_at_a_line_end_are_put_together() -> None:
    broken = ["This sentence has been broken by a compo-", "sitor at the end of the line, it was."]
    found = only(pdf(lines(60, 700, broken, font="L")))
    assert found == "This sentence has been broken by a compositor at the end of the line, it was."


def test_a_hyphen_before_a_capital_stays() -> None:
    broken = [
        "The parts of this machine were all built in Osaka-",
        "Kobe and shipped by rail, as .",
    ]
    assert "Osaka-Kobe" in only(pdf(lines(60, 700, broken, font="L")))


def test_list_items_stay_apart() -> None:
    items = [
        "・ねじを締める前に、部品の向きを確かめること。",
        "・締めたら、線を引いて印を付けること。",
    ]
    assert only(pdf(lines(60, 700, items))) == "\n\n".join(items)


def test_bullets_of_a_word_processor_become_those_of_markdown() -> None:
    page = text(60, 700, "•") + text(80, 700, "一つ目の項目") + text(60, 684, "•")
    assert only(pdf(page + text(80, 684, "二つ目の項目"))) == "- 一つ目の項目\n- 二つ目の項目"


def test_a_paragraph_goes_on_over_the_page_and_behind_its_notes() -> None:
    first = lines(60, 700, filler(20)) + text(60, 90, "１ここは注である。", 7)
    second = lines(60, 700, ["ここまでで一つの文である。", "", "次の段落。"])
    found = only(pdf(first, second)).split("\n\n")
    assert found[0].endswith("19番目の行は段の幅いっぱいに続いている文ここまでで一つの文である。")
    assert found[1:] == ["１ここは注である。", "次の段落。"]


def test_larger_lines_are_headings_and_the_largest_is_the_title() -> None:
    page = text(60, 780, "全体の題名", 20) + "\n" + text(60, 740, "第一の章", 14) + "\n"
    found = rows(pdf(page + lines(60, 710, filler(6))))
    assert found.texts[0].startswith("# 全体の題名\n\n## 第一の章\n\n00番目")
    assert found.records[0]["title"] == "全体の題名"


def test_a_word_set_wide_loses_its_gaps() -> None:
    page = text(200, 700, "目") + text(260, 700, "次") + "\n" + text(200, 600, "附　　則")
    assert only(pdf(page)) == "目次\n\n附則"


def test_leaders_of_a_table_of_contents_are_left_out_and_entries_stay_apart() -> None:
    entries = ["一章　総則" + "・" * 12 + "４", "二章　雑則" + "・" * 12 + "９"]
    dots = [entry.translate(str.maketrans("４９", "49")) for entry in entries]
    assert only(pdf(lines(60, 700, dots))) == "一章　総則 4\n\n二章　雑則 9"


# --- columns, vertical lines, turned pages -----------------------------------------------------


@pytest.mark.parametrize("by_height", [False, True])
def test_columns_are_read_one_after_the_other(by_height: bool) -> None:
    one, two = filler(8, "左"), filler(8, "右")
    if by_height:
        page = "\n".join(
            text(60, 700 - 16 * at, one[at]) + text(330, 700 - 16 * at, two[at]) for at in range(8)
        )
    else:
        page = lines(60, 700, one) + lines(330, 700, two)
    assert only(pdf(page)) == "".join(one) + "\n\n" + "".join(two)


def test_a_title_over_two_columns_comes_first_and_what_is_below_last() -> None:
    page = (
        text(60, 760, "段の上を渡る一行の見出しは、左右どちらの段にも属さない行である")
        + lines(60, 700, filler(6, "左"))
        + lines(330, 700, filler(6, "右"))
        + text(60, 500, "段の下を渡る一行の結びも、左右どちらの段にも属さない行である")
    )
    found = only(pdf(page)).split("\n\n")
    assert [part[:2] for part in found] == ["段の", "左0", "右0", "段の"]


def test_names_and_values_side_by_side_stay_in_their_row() -> None:
    pairs = [("品名", "ねじ"), ("数量", "三百"), ("単価", "十円"), ("納期", "来月")]
    page = "\n".join(
        text(60, 700 - 16 * at, a) + text(200, 700 - 16 * at, b) for at, (a, b) in enumerate(pairs)
    )
    assert only(pdf(page)) == "\n\n".join(f"{a} {b}" for a, b in pairs)


def test_cells_without_rules_are_read_one_by_one() -> None:
    page = ""
    for at, name in enumerate(["甲の項", "乙の項", "丙の項"]):
        top = 700 - 80 * at
        page += text(60, top - 16, name) + lines(160, top, filler(3, name))
    found = only(pdf(page)).split("\n\n")
    assert found[0] == "甲の項"
    assert found[1] == "".join(filler(3, "甲の項"))
    assert found[2] == "乙の項"


def test_vertical_lines_run_from_right_to_left() -> None:
    columns = [
        "　吾輩は猫である。名前はまだ無い。どこで生れたか頓と見当が",
        "つかぬ。何でも薄暗い「じめじめした」所でニャーニャー泣いて",
        "いた事だけは、記憶している。",
    ]
    page = "\n".join(text(500 - 18 * at, 750, t, font="V") for at, t in enumerate(columns))
    assert only(pdf(page + text(290, 40, "- 3 -", font="L"))) == "".join(columns)


def test_ruby_beside_vertical_lines_is_a_reading() -> None:
    page = text(500, 750, "都庁舎の東京を建てる話", 12, "V") + text(
        508.5, 702, "とうきょう", 4.8, "V"
    )
    assert only(pdf(page)) == "都庁舎の東京を建てる話"
    assert only(pdf(page), ruby="keep") == "都庁舎の東京（とうきょう）を建てる話"


def test_turned_pages_are_read_upright() -> None:
    words = "回転した頁の文章"
    turned = text(300, 100, words, turn="0 1 -1 0") + text(316, 100, "二行目の文", turn="0 1 -1 0")
    assert only(pdf(turned)) == f"{words}二行目の文"
    assert only(pdf(turned, page="/Rotate 90")) == f"{words}二行目の文"
    assert only(pdf(text(60, 700, "逆さの頁"), page="/Rotate 180")) == "逆さの頁"


def test_a_stamp_on_a_slant_is_left_out() -> None:
    page = text(60, 700, "本文である。") + text(100, 300, "DRAFT", 60, "L", turn="0.7 0.7 -0.7 0.7")
    assert only(pdf(page)) == "本文である。"


# --- tables ------------------------------------------------------------------------------------


def cells(xs: list[float], ys: list[float], words: list[list[str]]) -> str:
    return "\n".join(
        text(xs[c] + 4, ys[r + 1] + 6, word)
        for r, row in enumerate(words)
        for c, word in enumerate(row)
        if word
    )


def test_a_ruled_table_is_a_table() -> None:
    xs, ys = [60, 160, 300], [700, 670, 640, 610]
    words = [["品名", "数量"], ["ねじ", "三百"], ["", "二|つ"]]
    page = (
        text(60, 740, "前の文。") + rules(xs, ys) + cells(xs, ys, words) + text(60, 560, "後の文。")
    )
    assert only(pdf(page)) == (
        "前の文。\n\n| 品名 | 数量 |\n| ねじ | 三百 |\n|  | 二\\|つ |\n\n後の文。"
    )


def test_lines_in_a_cell_are_joined_and_joined_cells_hold_one_text() -> None:
    page = (
        rules([60, 160, 300], [700, 660, 620])
        + text(64, 686, "左の欄の")
        + text(64, 670, "続きの行")
        + text(164, 680, "右の欄")
        + text(164, 640, "下の欄")
    )
    assert only(pdf(page)) == "| 左の欄の続きの行 | 右の欄 |\n|  | 下の欄 |"


def test_a_table_open_at_its_sides_keeps_its_outer_columns() -> None:
    flat = "\n".join(f"60 {y} m 300 {y} l S" for y in (700, 670, 640))
    page = flat + "\n130 700 m 130 640 l S\n220 700 m 220 640 l S\n"
    words = [["甲一", "乙一", "丙一"], ["甲二", "乙二", "丙二"]]
    page += cells([60, 130, 220], [700, 670, 640], words)
    assert only(pdf(page)) == "| 甲一 | 乙一 | 丙一 |\n| 甲二 | 乙二 | 丙二 |"


def test_a_table_goes_on_over_the_page_with_its_head_once() -> None:
    xs, ys = [60, 160, 300], [500, 470, 440]
    pages = [
        rules(xs, ys) + cells(xs, ys, [["品名", "数量"], [name, "三百"]])
        for name in ("ねじ", "くぎ")
    ]
    assert only(pdf(*pages)) == "| 品名 | 数量 |\n| ねじ | 三百 |\n| くぎ | 三百 |"


def test_a_frame_around_text_is_no_table() -> None:
    page = rules([50, 400], [720, 600]) + lines(60, 700, filler(3))
    assert only(pdf(page)) == "".join(filler(3))


# --- running headers and footers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "font"),
    [
        (["- 3 -", "- 4 -", "- 5 -"], "L"),
        (["3/10", "4/10", "5/10"], "L"),
        (["第３頁", "第４頁", "第５頁"], "H"),
        (["3", "4", "5"], "L"),
        (["Page 3 of 9", "Page 4 of 9", "Page 5 of 9"], "L"),
        (["i", "ii", "iii"], "L"),
        (["３ページ", "４ページ", "５ページ"], "H"),
    ],
)
def test_headers_and_page_numbers_are_left_out(numbers: list[str], font: str) -> None:
    found = only(book(numbers, font=font))
    assert "取扱説明書" not in found
    assert [part for part in found.split("\n\n") if "本文" not in part] == []


def test_headers_stay_on_request() -> None:
    found = only(book(["- 3 -", "- 4 -", "- 5 -"]), running="keep")
    assert found.count("取扱説明書") == 3
    assert "- 4 -" in found


def test_a_year_alone_in_a_line_is_no_page_number() -> None:
    pages = [
        text(60, 800, year, font="L") + text(60, 700, "その年の話。") for year in ("1868", "1912")
    ]
    assert "1868" in only(pdf(*pages))


# --- characters --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "人々は時々",
        "ｱｲｳﾎﾟﾝﾌﾟ",
        "①㈱髙﨑",
        "㎡とm²と10⁵",
        "「縦」、。・ー〜～−",
        "か\u3099き\u3099",
        "𠮷野家",
        "　全角　空白",
    ],
)
def test_japanese_survives(words: str) -> None:
    assert only(pdf(text(60, 700, f"前{words}後"))) == f"前{words}後"


def test_vertical_marks_survive() -> None:
    words = "長い文章、「二重『括弧』」――ー。その次の行はまだ無い"
    assert only(pdf(text(500, 750, words, font="V"))) == words


def test_shift_jis_fonts_are_read() -> None:
    assert only(pdf(text(60, 700, "髙﨑①㈱ｱｲｳ表示", font="S"))) == "髙﨑①㈱ｱｲｳ表示"


def test_single_letters_without_a_font_are_not_lost() -> None:
    page = "".join(
        text(60 + 10 * at, 700, letter) for at, letter in enumerate("一字ずつ置かれた文")
    )
    assert only(pdf(page)) == "一字ずつ置かれた文"


def test_radicals_of_fonts_are_the_ideographs_they_stand_for() -> None:
    assert only(pdf(text(60, 700, "⼀⾒⼾⿊⻑⽇本"))) == "一見戸黒長日本"


def test_compatibility_ideographs_stay() -> None:
    assert only(pdf(text(60, 700, "福\ufa19\ufa1b本"))) == "福\ufa19\ufa1b本"


def test_ruby_is_dropped_or_kept_and_is_never_a_line_of_its_own() -> None:
    page = text(60, 700, "昔の東京都の庁舎", 12) + text(84, 711, "とうきょう", 5)
    assert only(pdf(page)) == "昔の東京都の庁舎"
    assert only(pdf(page), ruby="keep") == "昔の東京（とうきょう）都の庁舎"


def test_dots_of_emphasis_are_left_out() -> None:
    page = text(60, 700, "これは大事な点である", 12) + text(96, 712, "・・", 6)
    assert only(pdf(page)) == "これは大事な点である"


def test_raised_and_lowered_numbers_stay_what_they_mean() -> None:
    page = text(60, 700, "10", font="L") + text(71.2, 704, "5", 6, "L")
    page += text(60, 650, "注を付けた") + text(111, 654, "1", 6, "L") + text(115, 650, "文である")
    page += (
        text(60, 600, "H", font="L") + text(67.3, 597, "2", 6, "L") + text(70.8, 600, "O", font="L")
    )
    assert only(pdf(page)) == "10⁵\n\n注を付けた[^1]文である\n\nH₂O"


def test_text_drawn_twice_is_read_once() -> None:
    page = text(60, 700, "太く見せる見出し") + text(60, 600, "間に書かれた文")
    page += text(61.5, 700, "太く見せる見出し")
    assert only(pdf(page)) == "太く見せる見出し\n\n間に書かれた文"


def test_spaces_of_latin_words_come_from_their_distance() -> None:
    page = text(60, 700, "two", font="L") + text(80, 700, "words", font="L")
    assert only(pdf(page)) == "two words"


def test_a_page_strewn_with_letters_and_lines_takes_no_long_time() -> None:
    luck = random.Random(3)
    strewn = "".join(
        text(luck.randrange(20, 570), luck.randrange(20, 820), "字ABC.", 4) for _ in range(3000)
    )
    grid = rules([20 + 4 * at for at in range(140)], [20 + 6 * at for at in range(130)])
    start = time.process_time()
    assert rows(pdf(strewn + grid)).records
    assert time.process_time() - start < 15

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from corpuskit.ja.encodings import decode
from corpuskit.readers.aozora.reader import Aozora, AozoraParams, gaiji, plain
from corpuskit.readers.aozora.spelling import spelling

from .reading import about, read, shared

WORK = """霧の渡し場
MORNING MIST
――序の章――
架空太郎
仮名花子訳

-------------------------------------------------------
【テキスト中に現れる記号について】

《》：ルビ
（例）渡舟《わたし》

［＃］：入力者注
-------------------------------------------------------

［＃２字下げ］一　朝［＃「一　朝」は中見出し］

　霧《きり》の中を｜渡し場《わたしば》へ急いだ。※［＃「口＋世」、第3水準1-14-88］《ささや》く声がする。
　いろ／＼な舟が、かさね／″＼通る。〔cafe'〕の灯［＃「灯」に傍点］。
［＃改ページ］
　「《二重》」と言つた。

底本：「霧の本」架空書房
　　　1930（昭和5）年4月1日発行
入力：某
青空文庫作成ファイル：
このファイルは見本です。
"""


def written(path: Path, text: str, encoding: str = "cp932") -> Path:
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_work_becomes_its_text(tmp_path: Path, encoding: str) -> None:
    found = read(Aozora(), written(tmp_path / "a.txt", WORK, encoding)).records[0]
    assert found["text"] == (
        "## 一　朝\n\n　霧の中を渡し場へ急いだ。" + gaiji("第3水準1-14-88") + "く声がする。\n"
        "　いろ〳〵な舟が、かさね〴〵通る。caféの灯。\n　「《二重》」と言つた。"
    )
    assert found["title"] == "霧の渡し場"
    known = about(found)
    assert known.pop("encoding_confidence") > 0.9
    assert known == {
        "author": "架空太郎",
        "contributors": ["仮名花子訳"],
        "translator": "仮名花子",
        "subtitle": "――序の章――",
        "original_title": "MORNING MIST",
        "base_edition": "「霧の本」架空書房",
        "copyright": "none noted",
        "encoding": encoding,
        "replaced": 0,
    }


def test_readings_can_be_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", WORK)
    text = read(Aozora(AozoraParams(ruby="keep")), path).texts[0]
    assert "霧（きり）の中を渡し場（わたしば）へ" in text
    assert "「《二重》」" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京《とうきょう》タワー《塔》", "東京タワー"),
        ("｜霞ヶ関《かすみがせき》", "霞ヶ関"),
        ("時々《ときどき》、〆切《しめきり》", "時々、〆切"),
        ("ＡＢＣ《エービーシー》とabc《略》", "ＡＢＣとabc"),
        ("《はじめに》と、「《中》」", "《はじめに》と、「《中》」"),
        ("｜だけが残る", "｜だけが残る"),
        ("黒［＃「黒」に傍点］《くろ》", "黒"),
        ("文［＃「※［＃「口＋世」、第3水準1-14-88］」に傍点］字", "文字"),
        ("漢［＃二］文［＃レ］［＃（ノ）］", "漢文"),
        ("未来［＃閉じない", "未来［＃閉じない"),
        ("〔編者の注〕と〔l'e'te'〕", "〔編者の注〕とl'été"),
        ("〔C'est a` la Tolstoi:〕", "C'est à la Tolstoï"),
        ("〔Unbewus&ten u:ber Coe&ur〕", "Unbewußten über Cœur"),
        ("〔nai:ve n'est plus〕", "naïve n'est plus"),
        ("〔ma《マ》 che`re《シェール》〕", "ma chère"),
        ("いよ／＼、ます／＼、しば／″＼", "いよ〳〵、ます〳〵、しば〴〵"),
        ("か\u3099ー〜々ｶﾞ①㈱", "か\u3099ー〜々ｶﾞ①㈱"),
        ("〔I'm sure you're late, and/or Yes, it's James' book〕",) * 2,
        (
            "〔ma_ri' Curac,a~o A&ngstro:m O/re Th!@Ho?@〕",
            "mārí Curação Ångström Øre Th¡Ho¿",
        ),
        ("甲［＃割り注］割った［＃割り注終わり］乙", "甲割った乙"),
        ("昭和［＃「25」は縦中横］年［＃「年」に「ねん」の注記］", "昭和年"),
        ("前［＃挿絵の図（fig1_01.png、横100×縦200）入る］後", "前後"),
        ("字［＃「字」は底本では「宇」］［＃ルビの「じ」はママ］", "字"),
        ("［＃ここから２字下げ］\n　引用\n［＃ここで字下げ終わり］\n後", "　引用\n後"),
        ("甲\n［＃改丁］\n乙", "甲\n乙"),
        ("", ""),
    ],
)
def test_notation(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前\n［＃３字下げ］第一章［＃「第一章」は大見出し］\n後", "前\n\n# 第一章\n\n後"),
        ("［＃中見出し］一《いち》［＃中見出し終わり］\n\n後", "## 一\n\n後"),
        ("字［＃「字※［＃「口＋世」、第3水準1-14-88］」は小見出し］", "### 字"),
        (
            "前\n［＃ここから大見出し］\n第一部\n　朝\n［＃ここで大見出し終わり］\n後",
            "前\n\n# 第一部　朝\n\n後",
        ),
        ("［＃ここから中見出し］一［＃ここで中見出し終わり］\n後", "## 一\n\n後"),
        ("一［＃「一」は同行中見出し］　本文が続く。", "一　本文が続く。"),
        ("一［＃「一」は窓大見出し］　本文が続く。", "一　本文が続く。"),
        ("［＃ここから大見出し］\n終わりがない", "終わりがない"),
        ("［＃「題」は大見出し］\n後", "後"),
    ],
)
def test_headings(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("note", "character"),
    [
        ("「火＋稲のつくり」、第3水準1-87-40", b"\xf7\xc8".decode("euc_jis_2004")),
        ("「魚＋師のつくり」、第4水準2-93-37", b"\x8f\xfd\xc5".decode("euc_jis_2004")),
        ("二の字点、1-2-22", "〻"),
        ("濁点付き片仮名ワ、1-7-82", "ヷ"),
        ("半濁点付き平仮名か、1-4-87", "か\u309a"),
        ("「けものへん＋章」、U+734E、123-4", "\u734e"),
        ("「土へん＋竒」、U+2151D", "\U0002151d"),
        ("「火＋稲のつくり」、第３水準１-８７-４０", b"\xf7\xc8".decode("euc_jis_2004")),
        ("「さんずい＋闊」、面区点番号2-79-45", b"\x8f\xef\xcd".decode("euc_jis_2004")),
        ("小書き片仮名ヰ、上巻-12-3", "\U0001b164"),
        ("小書き平仮名な、12-3", "な"),
        ("濁点付き片仮名ワ、12-3", "ヷ"),
        ("半濁点付き小書き片仮名フ、12-3", "プ"),
        ("ローマ数字14、12-3", "XIV"),
        ("「てへん＋劣」、456-12", "〓"),
        ("何か、U+D800", "〓"),
        ("何か、U+E000", "〓"),
        ("何か、3-1-1", "〓"),
        ("何か、1-99-1", "〓"),
        ("", "〓"),
    ],
)
def test_gaiji(note: str, character: str) -> None:
    assert gaiji(note) == character
    assert plain(f"前※［＃{note}］《よみ》後") == f"前{character}後"


def test_signs_described_in_words() -> None:
    assert plain("何※［＃感嘆符三つ、12-3］※［＃疑問符二つ、12-3］") == "何！！！？？"


def test_without_note_block_or_header(tmp_path: Path) -> None:
    text = "青年へ\n架空太郎\n\n　本文である。\n\n底本：「本」社\n青空文庫作成ファイル：\n"
    found = read(Aozora(), written(tmp_path / "a.txt", text)).records[0]
    assert (found["text"], found["title"]) == ("　本文である。", "青年へ")
    assert None not in about(found).values()
    bare = "　本文は、" + "長い。" * 150 + "\n\n次の段落。"
    whole = read(Aozora(), written(tmp_path / "b.txt", bare)).records[0]
    assert (whole["text"], whole["title"]) == (bare, None)


def test_a_footer_without_its_first_line_is_cut_as_a_paragraph(tmp_path: Path) -> None:
    text = WORK.replace("底本：「霧の本」架空書房\n", "")
    found = read(Aozora(), written(tmp_path / "a.txt", text)).texts[0]
    assert found.endswith("「《二重》」と言つた。")


def test_base_edition_in_the_body_is_no_footer(tmp_path: Path) -> None:
    text = WORK.replace(
        "　「《二重》」", "底本：という語から始まる段落。\n" + "本文。" * 9000 + "\n　「二重」"
    )
    found = read(Aozora(), written(tmp_path / "a.txt", text)).texts[0]
    assert found.endswith("「二重」と言つた。")


def test_binary_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(999))
    assert read(Aozora(), path).errors == [("file", "undecodable")]


def test_hostile_brackets_take_linear_time() -> None:
    for text in (
        "［＃" * 60_000,
        "［＃［" * 40_000,
        "※［＃" * 40_000,
        "｜" * 90_000,
        "《" * 90_000,
    ):
        assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "name", "sure"),
    [
        (WORK, "a.txt", 2),
        ("本文《ほんぶん》\n底本：「本」", "a.txt", 2),
        ("本文\n底本：「本」", "a.txt", 0),
        (WORK, "a.md", 0),
        ("", "a.txt", 0),
    ],
)
def test_recognises(text: str, name: str, sure: int) -> None:
    assert Aozora.recognises(text.encode("cp932")[:4096], name) == sure


def test_real_works_leave_no_marks() -> None:
    works = sorted(shared("fixtures/txt_sjis_aozora").iterdir())
    assert len(works) > 40
    for path in works:
        found = read(Aozora(), path).records[0]
        original = decode(path.read_bytes()).text
        assert len(found["text"]) > 0.4 * len(original), path.name
        assert found["title"] and about(found)["author"], path.name
        for mark in ("［＃", "《", "｜", "テキスト中に現れる記号", "青空文庫作成ファイル"):
            assert mark not in found["text"], (path.name, mark)


FOOTER = "\n\n底本：「本」社\n{}青空文庫作成ファイル：\n"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", {"copyright": "none noted"}),
        ("※この作品の著作権は存続しています。\n", {"copyright": "in force"}),
        (
            "この作品は、クリエイティブ・コモンズ「表示 2.1 日本」でライセンスされています。"
            "利用条件は、https://creativecommons.org/licenses/by/2.1/jp/を参照してください。\n",
            {
                "copyright": "licensed",
                "license_link": "https://creativecommons.org/licenses/by/2.1/jp/",
            },
        ),
        (
            "底本の親本：「親※［＃「口＋世」、第3水準1-14-88］」社\n",
            {"copyright": "none noted", "first_edition": "「親咜」社"},
        ),
        ("※旧字旧仮名\n", {"copyright": "none noted", "orthography": "旧字旧仮名"}),
    ],
)
def test_what_the_footer_says(tmp_path: Path, said: str, expected: dict[str, str]) -> None:
    path = written(tmp_path / "a.txt", "題\n著者\n\n本文" + FOOTER.format(said))
    known = about(read(Aozora(), path).records[0])
    for name in ("author", "base_edition", "encoding", "encoding_confidence", "replaced"):
        del known[name]
    assert known == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("彼は言った。きっと来るだろう。もう会えなかった。", "新字新仮名"),
        ("彼は言つてゐた。きつと來ないと思ふ、でせう。", "旧字旧仮名"),
        ("彼は言つてゐた。きつとさうだと思ふ、やうだ。", "新字旧仮名"),
        ("春はあけぼの。", None),
        ("", None),
    ],
)
def test_orthography_is_measured(text: str, expected: str | None) -> None:
    assert spelling(text) == expected


def test_orthography_of_the_catalogue() -> None:
    with shared("labels/aozora_metadata.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    orthography = {Path(row["path"]).name: row["orthography"] for row in rows}
    works = sorted(shared("fixtures/txt_sjis_aozora").iterdir())
    named = {path: orthography.get(path.name.rpartition("__")[2]) for path in works}
    known = {path: name for path, name in named.items() if name}
    assert len(known) > 10
    found = {path: about(read(Aozora(), path).records[0]).get("orthography") for path in known}
    wrong = [path.name for path, name in known.items() if found[path] not in (name, None)]
    assert len(wrong) <= 1, wrong

from __future__ import annotations

from pathlib import Path

import pytest

from corpuskit.ja.encodings import decode
from corpuskit.readers.aozora import Aozora, AozoraParams, gaiji, plain

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
        "一　朝\n\n　霧の中を渡し場へ急いだ。" + gaiji("第3水準1-14-88") + "く声がする。\n"
        "　いろ〳〵な舟が、かさね〴〵通る。caféの灯。\n　「《二重》」と言つた。"
    )
    assert found["title"] == "霧の渡し場"
    assert about(found) == {
        "author": "架空太郎",
        "contributors": ["仮名花子訳"],
        "subtitle": "――序の章――",
        "original_title": "MORNING MIST",
        "base_edition": "「霧の本」架空書房",
        "encoding": encoding,
        "encoding_confidence": 1.0,
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
        ("", ""),
    ],
)
def test_notation(text: str, expected: str) -> None:
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

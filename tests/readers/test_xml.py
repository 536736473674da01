from __future__ import annotations

from typing import Any

import pytest

from corpuskit.readers.xml.reader import Xml, XmlParams

from .reading import Rows, about, in_memory, read, shared

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<商品一覧 xmlns="urn:x" xmlns:y="urn:y" xml:lang="ja">
 <発行 date="2099-01-01">架空商店</発行>
 <商品 番号="A-1"><名>髙﨑の㈱①茶</名><y:説明><p>佐々木の<b>甘</b>い
   茶。</p><p>１０<sup>3</sup>と㎡、<ruby>漢字<rt>かんじ</rt></ruby>。</p></y:説明><価格>120</価格
></商品>
 <商品 番号="A-2"><名>𠮷野</名><y:説明>ｶﾅとか\u3099︒</y:説明><価格>30</価格></商品>
 <商品 番号="A-3"><名/></商品>
</商品一覧>"""

ALTO = """<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Description><sourceImageInformation>
<fileName>p1.tif</fileName></sourceImageInformation></Description><Layout><Page><PrintSpace>
<TextBlock><TextLine><String CONTENT="東京"/><String CONTENT="の朝は"/></TextLine>
<TextLine><String CONTENT="早い。"/></TextLine></TextBlock>
<TextBlock><TextLine><String CONTENT="An"/><SP/><String CONTENT="exam" SUBS_TYPE="HypPart1"
 SUBS_CONTENT="example"/><HYP CONTENT="-"/></TextLine><TextLine>
<String CONTENT="ple" SUBS_TYPE="HypPart2" SUBS_CONTENT="example"/><SP/><String CONTENT="x"/>
</TextLine></TextBlock></PrintSpace></Page><Page><PrintSpace/></Page></Layout></alto>"""

PAGE = """<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">
<Page imageFilename="1.png"><TextRegion><TextLine><TextEquiv><Unicode>一行目の</Unicode></TextEquiv>
</TextLine><TextLine><TextEquiv><Unicode>文章。</Unicode></TextEquiv></TextLine></TextRegion>
<TextRegion><TextEquiv><Unicode>二つ目</Unicode></TextEquiv></TextRegion></Page></PcGts>"""

NDL = """<OCRDATASET><PAGE IMAGENAME="a.jpg"><TEXTBLOCK>
<LINE TYPE="本文" ORDER="2" STRING="続きの行。"/><LINE TYPE="本文" ORDER="1" STRING="始めの行の"/>
<LINE TYPE="タイトル本文" ORDER="0" STRING="見出し"/></TEXTBLOCK>
<LINE TYPE="ノンブル" ORDER="3" STRING="30"/></PAGE>
<PAGE IMAGENAME="b.jpg"><LINE TYPE="本文" STRING="次の頁"/></PAGE></OCRDATASET>"""


def found(xml: str | bytes, name: str = "a.xml", **options: Any) -> Rows:
    data = xml if isinstance(xml, bytes) else xml.encode()
    return read(Xml(XmlParams(**options)), in_memory(data, name))


def test_without_a_mapping_all_text_by_blocks() -> None:
    rows = found(FEED)
    assert rows.texts == [
        "\n\n".join(
            [
                "架空商店",
                "髙﨑の㈱①茶",
                "佐々木の甘い茶。",
                "１０³と㎡、漢字。",
                "120",
                "𠮷野",
                "ｶﾅとか\u3099︒",
                "30",
            ]
        )
    ]
    assert about(rows.records[0]) == {
        "language": "ja",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }


def test_a_mapping_of_paths() -> None:
    rows = found(FEED, record="商品", text=["名", "y:説明"], title="名", id="@番号")
    assert rows.texts == [
        "髙﨑の㈱①茶\n\n佐々木の甘い茶。\n\n１０³と㎡、漢字。",
        "𠮷野\n\nｶﾅとか\u3099︒",
    ]
    assert [row["title"] for row in rows.records] == ["髙﨑の㈱①茶", "𠮷野"]
    assert [about(row)["id"] for row in rows.records] == ["A-1", "A-2"]
    assert [row["locator"] for row in rows.records] == ["record 1", "record 2"]
    assert rows.errors == [("record 3", "missing_text")]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("//p", ["佐々木の甘い茶。", "１０³と㎡、漢字。"]),
        ("商品一覧/商品/名", ["髙﨑の㈱①茶", "𠮷野"]),
        ("商品//p", ["佐々木の甘い茶。", "１０³と㎡、漢字。"]),
        ("*/説明", ["佐々木の甘い茶。\n\n１０³と㎡、漢字。", "ｶﾅとか\u3099︒"]),
    ],
)
def test_paths(path: str, texts: list[str]) -> None:
    assert found(FEED, record=path).texts == texts


def test_text_may_be_an_attribute() -> None:
    assert found(FEED, text=["発行/@date", "発行"]).texts == ["2099-01-01\n\n架空商店"]
    assert found(FEED, record="商品", text=["@番号"]).texts == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize("path", ["", "a/", "@a/b", "a[1]", "//", "//@id", "a/../b", "a b"])
def test_a_wrong_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        XmlParams(record=path)


def test_paths_that_lead_nowhere_are_a_problem() -> None:
    assert found(FEED, record="//品").errors == [("file", "no_records")]
    assert found(FEED, text=["品"]).errors == [("file", "missing_text")]


def test_readings_and_what_is_left_out() -> None:
    text = found(FEED, ruby="keep", skip=["価格", "発行"]).texts[0]
    assert "漢字（かんじ）。" in text
    assert "120" not in text
    assert "架空商店" not in text


def test_pages_of_ndl_ocr() -> None:
    rows = found(NDL)
    assert rows.texts == ["## 見出し\n\n始めの行の続きの行。\n\n次の頁"]
    assert about(rows.records[0])["images"] == ["a.jpg", "b.jpg"]
    pages = found(NDL, per="page")
    assert pages.texts == ["## 見出し\n\n始めの行の続きの行。", "次の頁"]
    assert [row["locator"] for row in pages.records] == ["page 1", "page 2"]
    assert about(pages.records[1])["image"] == "b.jpg"


def test_pages_of_alto_and_page() -> None:
    rows = found(ALTO)
    assert rows.texts == ["東京の朝は早い。\n\nAn example x"]
    assert about(rows.records[0])["images"] == ["p1.tif"]
    assert found(PAGE).texts == ["一行目の文章。\n\n二つ目"]
    assert found("<alto><Layout><Page/></Layout></alto>").skipped == {"no_text": 1}


@pytest.mark.parametrize(
    "xml",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><text>図の字</text></svg>',
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:documentation>説明文</xs:documentation>'
        "</xs:schema>",
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata><t>題名</t></metadata></package>',
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><text>第一章</text></ncx>',
        "<container><rootfiles/></container>",
        "<データ><値>1.5</値><値>20</値></データ>",
        "<a/>",
    ],
)
def test_what_holds_no_text_is_counted(xml: str) -> None:
    rows = found(xml)
    assert rows.records == []
    assert rows.errors == []
    assert rows.skipped == {"no_text": 1}


def test_text_in_attributes_where_elements_have_none() -> None:
    assert found('<目録><項 label="第一章 夜明け" n="3"/></目録>').texts == ["第一章 夜明け"]


@pytest.mark.parametrize("encoding", ["Shift_JIS", "EUC-JP", "UTF-16"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a><p>日本語の文章、㈱①。</p></a>'
    codec = {"Shift_JIS": "cp932", "EUC-JP": "eucjp"}.get(encoding, "utf-16")
    if codec == "eucjp":
        text = text.replace("、㈱①", "")
    assert found(text.encode(codec)).texts == [text.partition("<p>")[2].partition("</p>")[0]]


def test_characters_that_xml_forbids_are_left_out() -> None:
    long = "長い文章が続く。" * 50
    assert found(f"<a><p>日本\x0b語{long}</p></a>").texts == [f"日本語{long}"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "broken_xml"),
        (FEED.encode()[:-9], "broken_xml"),
        (FEED.encode().replace(b"</p>", b"</q>", 1), "broken_xml"),
        (b"<a>" * 300 + b"x" + b"</a>" * 300, "too_deep"),
        (b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>', "xml_entities"),
        (bytes(range(256)) * 4, "undecodable"),
    ],
)
def test_what_can_not_be_read_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors == [("file", error)]


def test_many_children_take_linear_time() -> None:
    xml = "<a>" + "<b><c>文字</c></b>" * 50_000 + "</a>"
    assert len(found(xml).texts[0]) == 50_000 * 4 - 2


def test_it_takes_what_no_other_reader_knows() -> None:
    assert Xml.recognises(FEED.encode(), "a.xml") == 1
    assert Xml.recognises(FEED.encode(), "a.rdfx") == 1
    assert Xml.recognises(b"<a/>", "a") == 0
    assert Xml.recognises("日本語".encode(), "a.xml") == 1


def test_scans_with_their_recognised_text() -> None:
    pages = sorted(shared("fixtures/scan_images_ocr").glob("*.xml"))
    texts = [read(Xml(), page).texts[0] for page in pages]
    assert "気送手送付には、上記気送管にて送付するものと、空気の圧縮を使用せず" in texts[0]
    assert texts[1].startswith("つれづれなるままに、日くらし、硯におかひて、")

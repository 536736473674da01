from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpuskit.readers.government.law import Law
from corpuskit.readers.government.patent import Patent, PatentParams

from .reading import Rows, about, in_memory, read

GAZETTE = """<?xml version="1.0" encoding="{encoding}"?>
<?xml-stylesheet type="text/xsl" href="../../../../../XSL/gat-a.xsl"?>
<!DOCTYPE jp-official-gazette PUBLIC "-//JPO//DTD PUBLISHED PATENT APPLICATION 1.0//EN"
 "../../../../../DTD/gat-a.dtd">
<jp-official-gazette kind-of-jp="A" kind-of-st16="A" lang="ja" dtd-version="1.0" country="JP"
 xmlns:jp="http://www.jpo.go.jp"><bibliographic-data lang="ja" country="JP">
<publication-reference><document-id><country>JP</country><doc-number>2020123456</doc-number>
<kind>公開特許公報(A)</kind><date>20200806</date></document-id></publication-reference>
<invention-title>水位計㈱①の髙﨑式制御装置</invention-title>
<application-reference><document-id><doc-number>2019012345</doc-number><date>20190125</date>
</document-id></application-reference>
<classification-ipc><main-clsf>G01F  23/00     20060101AFI20200710BHJP</main-clsf>
<further-clsf>G05D   9/12     20060101ALI20200710BHJP</further-clsf></classification-ipc>
<classification-national><main-clsf>G01F  23/00    Z</main-clsf></classification-national>
<number-of-claims>2</number-of-claims>
<jp:theme-code-info><jp:theme-code>2F014</jp:theme-code></jp:theme-code-info>
<jp:f-term-info><jp:f-term>2F014AA04</jp:f-term><jp:f-term>2F014GA01</jp:f-term></jp:f-term-info>
<parties><jp:applicants-agents-article><jp:applicants-agents sequence="1">
<applicant sequence="1"><addressbook lang="ja"><name>架空計測株式会社</name>
<registered-number>000000000</registered-number><address><text>東京都</text></address></addressbook>
</applicant><agent sequence="1" jp:kind="representative"><addressbook lang="ja">
<name>代理　太郎</name></addressbook></agent></jp:applicants-agents>
<jp:applicants-agents sequence="2"><applicant sequence="2"><addressbook lang="ja">
<name>国立大学法人架空大学</name></addressbook></applicant></jp:applicants-agents>
</jp:applicants-agents-article><inventors><inventor sequence="1"><addressbook lang="ja">
<name>発明　花子</name></addressbook></inventor></inventors></parties></bibliographic-data>
<abstract><p num="">【課題】水位を<br/>測る。<br/>【解決手段】流量は１０<sup>３</sup>でなく10<sup
>5</sup>
リットル、H<sub>2</sub>Oの面積は㎡とm<sup>2</sup>で示す。<img he="10" wi="10" file="a.tif"/></p
></abstract>
<claims><claim num="0001"><claim-text>水槽の水位を測る計器と、<br/>
前記計器の値を<img file="1.tif"/>示す表示部と、<br/>を備える水位計。</claim-text></claim>
<claim num="0002"><claim-text>請求項１に記載の水位計。</claim-text></claim></claims>
<description><invention-title>水位計</invention-title>
<technical-field><p num="0001">　本発明は、𠮷野川の水位計に関する。</p></technical-field>
<background-art><p num="0002">　従来、佐々木のｶﾝｶﾞﾙｰ式が知られている。</p></background-art>
<citation-list><patent-literature><p num="0003"><patcit num="1"><text
>特開２０００－０００００１号公報</text>
</patcit></p></patent-literature></citation-list>
<summary-of-invention><tech-problem><p num="0004">　しかし、か\u3099精度は低い。</p></tech-problem>
<tech-solution><p num="0005">　次の式で求める。<maths num="1"><img file="2.tif"/></maths>ここでｈは
水位である。</p><p num="0006"><tables num="1"><table><tgroup cols="2"><thead><row><entry>試料</entry
>
<entry>値|単位</entry></row></thead><tbody><row><entry>甲</entry><entry>１０</entry></row></tbody
></tgroup>
</table></tables></p><p num="0007">化合物は次の通り。<chemistry num="1"><img file="3.tif"
/></chemistry></p>
</tech-solution><advantageous-effects><p num="0008">　安い。</p></advantageous-effects>
</summary-of-invention>
<description-of-drawings><p num="0009"><figref num="1">図１</figref>は全体を示す︒</p
></description-of-drawings>
<description-of-embodiments><heading>実施例１</heading><p num="0010">　以下説明する。</p>
</description-of-embodiments><reference-signs-list><p num="0011">１　水槽</p></reference-signs-list>
</description>
<drawings><figure num="1"><img file="4.tif"/></figure></drawings>
<jp:written-amendment-group><jp:written-amendment>
<claims><claim num="0001"><claim-text>補正後の水位計。
</claim-text></claim></claims></jp:written-amendment></jp:written-amendment-group>
</jp-official-gazette>"""

ST96 = """<?xml version="1.0" encoding="UTF-8"?>
<jppat:UnexaminedPatentPublication xmlns:jppat="http://www.jpo.go.jp/standards/XMLSchema/ST96/JPPatent"
 xmlns:pat="http://www.wipo.int/standards/XMLSchema/ST96/Patent"
 xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common"
 xmlns:jpcom="http://www.jpo.go.jp/standards/XMLSchema/ST96/JPCommon" com:languageCode="ja">
<jppat:UnexaminedPatentPublicationBibliographicData>
<jppat:PatentPublicationIdentification><com:IPOfficeCode>JP</com:IPOfficeCode>
<pat:PublicationNumber>2099000001</pat:PublicationNumber>
<com:PatentDocumentKindCode>A</com:PatentDocumentKindCode>
<com:PublicationDate>2099-01-11</com:PublicationDate></jppat:PatentPublicationIdentification>
<jppat:PlainLanguageDesignationText>公開特許公報</jppat:PlainLanguageDesignationText>
<jppat:ApplicationIdentification><com:ApplicationNumber><com:ApplicationNumberText>2098000001
</com:ApplicationNumberText></com:ApplicationNumber><pat:FilingDate>2098-01-01</pat:FilingDate>
</jppat:ApplicationIdentification><pat:InventionTitle>架空の水位計</pat:InventionTitle>
<jppat:IPCClassification><pat:MainClassification>G01F 23/00</pat:MainClassification>
<pat:FurtherClassification>G05D 9/12</pat:FurtherClassification></jppat:IPCClassification>
<jppat:PartyBag><jppat:ApplicantBag><jppat:Applicant><jpcom:Contact><com:Name>
<com:EntityName>架空計測株式会社</com:EntityName></com:Name></jpcom:Contact></jppat:Applicant>
</jppat:ApplicantBag><jppat:InventorBag><jppat:Inventor><jpcom:Contact><com:Name>
<com:EntityName>発明　花子</com:EntityName></com:Name></jpcom:Contact></jppat:Inventor>
</jppat:InventorBag></jppat:PartyBag></jppat:UnexaminedPatentPublicationBibliographicData>
<pat:Abstract><com:P>【課題】水位を測る。</com:P></pat:Abstract>
<jppat:Description><pat:TechnicalField><com:P com:pNumber="0001">　水位計に関する。</com:P
></pat:TechnicalField>
<pat:InventionSummary><pat:TechnicalProblem><com:P com:pNumber="0002">　高価である。</com:P>
</pat:TechnicalProblem></pat:InventionSummary></jppat:Description>
<pat:Claims><pat:Claim com:id="CLM-1"><pat:ClaimNumber>1</pat:ClaimNumber>
<pat:ClaimText>計器を備える<com:Br/>水位計。</pat:ClaimText></pat:Claim></pat:Claims>
</jppat:UnexaminedPatentPublication>"""


def found(xml: str | bytes, encoding: str = "utf-8", **options: Any) -> Rows:
    data = xml if isinstance(xml, bytes) else xml.format(encoding=encoding).encode(encoding)
    return read(Patent(PatentParams(**options)), in_memory(data, "P_A1/2020123456.xml"))


def test_a_gazette_in_st36() -> None:
    rows = found(GAZETTE)
    assert rows.errors == []
    assert rows.skipped == {"amendment": 1}
    assert rows.texts == [
        "\n\n".join(
            [
                "# 水位計㈱①の髙﨑式制御装置",
                "## 要約",
                "【課題】水位を\n測る。\n【解決手段】流量は１０³でなく10⁵ リットル、"
                "H₂Oの面積は㎡とm²で示す。",
                "## 特許請求の範囲",
                "### 請求項1",
                "水槽の水位を測る計器と、\n前記計器の値を示す表示部と、\nを備える水位計。",
                "### 請求項2",
                "請求項１に記載の水位計。",
                "## 発明の詳細な説明",
                "### 技術分野",
                "　本発明は、𠮷野川の水位計に関する。",
                "### 背景技術",
                "　従来、佐々木のｶﾝｶﾞﾙｰ式が知られている。",
                "### 先行技術文献",
                "#### 特許文献",
                "特開２０００－０００００１号公報",
                "### 発明の概要",
                "#### 発明が解決しようとする課題",
                "　しかし、か\u3099精度は低い。",
                "#### 課題を解決するための手段",
                "　次の式で求める。",
                "【数1】",
                "ここでｈは水位である。",
                "【表1】",
                "| 試料 | 値\\|単位 |\n| --- | --- |\n| 甲 | １０ |",
                "化合物は次の通り。",
                "【化1】",
                "#### 発明の効果",
                "　安い。",
                "### 図面の簡単な説明",
                "図１は全体を示す︒",
                "### 発明を実施するための形態",
                "#### 実施例１",
                "　以下説明する。",
                "### 符号の説明",
                "１　水槽",
            ]
        )
    ]


def test_what_a_gazette_says_of_itself() -> None:
    row = found(GAZETTE).records[0]
    assert row["title"] == "水位計㈱①の髙﨑式制御装置"
    assert row["locator"] == "file"
    assert about(row) == {
        "author": "架空計測株式会社、国立大学法人架空大学",
        "published": "2020-08-06",
        "language": "ja",
        "number": "2020123456",
        "country": "JP",
        "kind": "公開特許公報(A)",
        "kind_code": "A",
        "application_number": "2019012345",
        "filed": "2019-01-25",
        "applicants": ["架空計測株式会社", "国立大学法人架空大学"],
        "inventors": ["発明　花子"],
        "ipc": ["G01F 23/00 20060101AFI20200710BHJP", "G05D 9/12 20060101ALI20200710BHJP"],
        "fi": ["G01F 23/00 Z"],
        "theme_codes": ["2F014"],
        "f_terms": ["2F014AA04", "2F014GA01"],
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }


def test_a_gazette_in_st96() -> None:
    rows = found(ST96.encode())
    assert rows.texts == [
        "\n\n".join(
            [
                "# 架空の水位計",
                "## 要約",
                "【課題】水位を測る。",
                "## 特許請求の範囲",
                "### 請求項1",
                "計器を備える\n水位計。",
                "## 発明の詳細な説明",
                "### 技術分野",
                "　水位計に関する。",
                "### 発明の概要",
                "#### 発明が解決しようとする課題",
                "　高価である。",
            ]
        )
    ]
    known = about(rows.records[0])
    assert known["published"] == "2099-01-11"
    assert known["number"] == "2099000001"
    assert known["kind"] == "A"
    assert known["application_number"] == "2098000001"
    assert known["filed"] == "2098-01-01"
    assert known["language"] == "ja"
    assert known["applicants"] == ["架空計測株式会社"]
    assert known["inventors"] == ["発明　花子"]
    assert known["ipc"] == ["G01F 23/00", "G05D 9/12"]


def test_gazettes_of_old_are_in_eucjp() -> None:
    xml = GAZETTE
    for new, old in {
        "𠮷": "吉",
        "\u3099": "",
        "︒": "。",
        "㈱①の髙﨑": "高崎",
        "㎡": "",
        "－": "ー",
    }.items():
        xml = xml.replace(new, old)
    rows = found(xml, "euc_jp")
    assert rows.records[0]["encoding"] == "euc_jp"
    assert "従来、佐々木のｶﾝｶﾞﾙｰ式" in rows.texts[0]


def test_parts_and_paragraph_numbers() -> None:
    text = found(GAZETTE, parts=["description"], paragraph_numbers=True).texts[0]
    assert "請求項1" not in text
    assert "要約" not in text
    assert "【0001】　本発明は" in text
    claims = found(GAZETTE, parts=["claims", "abstract"]).texts[0]
    assert claims.index("請求項1") < claims.index("要約")


def test_several_publications_in_a_file() -> None:
    one = ST96.partition("?>")[2]
    rows = found(f"<bag>{one}{one}</bag>".encode())
    assert [row["locator"] for row in rows.records] == ["publication 1", "publication 2"]
    assert rows.texts[0] == rows.texts[1]


def test_an_amendment_alone_is_no_text() -> None:
    xml = ST96.replace("UnexaminedPatentPublication ", "UnexaminedPatentPublicationAmendment ")
    head, _, _ = xml.partition("<pat:Abstract>")
    xml = (
        f"{head}<jppat:WrittenAmendmentBag><jppat:WrittenAmendment/></jppat:WrittenAmendmentBag>"
        "</jppat:UnexaminedPatentPublicationAmendment>"
    )
    rows = found(xml.encode())
    assert rows.records == []
    assert rows.errors == []
    assert rows.skipped == {"amendment": 1}


def test_an_amendment_does_not_stand_for_what_it_changes() -> None:
    start = GAZETTE.index("<jp:written-amendment-group>")
    stop = GAZETTE.index("</jp-official-gazette>")
    first = GAZETTE[:start] + GAZETTE[stop:]
    first = first.replace("<abstract>", f"{GAZETTE[start:stop]}<abstract>")
    assert found(first).texts == found(GAZETTE).texts
    assert "補正後" not in found(first).texts[0]


def test_formulas_that_are_text_stay() -> None:
    math = '<maths num="2"><math><mi>x</mi><mo>=</mo><mn>2</mn></math></maths>'
    xml = GAZETTE.replace('<maths num="1"><img file="2.tif"/></maths>', math)
    assert "【数2】\nx=2" in found(xml).texts[0]


@pytest.mark.parametrize("cut", [500, 3000])
def test_a_gazette_that_is_cut_short_is_a_problem(cut: int) -> None:
    data = GAZETTE.format(encoding="utf-8").encode()[:cut]
    assert found(data).errors == [("file", "broken_xml")]


def test_what_is_no_gazette_is_a_problem() -> None:
    assert found(b"<a><p>x</p></a>").errors == [("file", "no_patent")]
    assert found(b"").errors == [("file", "broken_xml")]
    assert found(bytes(range(256)) * 8).errors == [("file", "undecodable")]


def test_a_bomb_is_a_problem() -> None:
    deep = "<p>" * 500 + "</p>" * 500
    assert found(f"<patent-document>{deep}</patent-document>".encode()).errors == [
        ("file", "too_deep")
    ]
    entities = (
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>'
        "<patent-document><abstract><p>&c;</p></abstract></patent-document>"
    )
    assert found(entities.encode()).errors == [("file", "xml_entities")]


def test_it_is_recognised_by_its_root() -> None:
    gazette = GAZETTE.format(encoding="utf-8").encode()[:4096]
    assert Patent.recognises(gazette, "a.xml") == 2
    assert Patent.recognises(ST96.encode()[:4096], "a.xml") == 2
    assert Patent.recognises(ST96.encode("utf-16")[:4096], "a") == 2
    assert Law.recognises(gazette, "a.xml") == 0
    assert Patent.recognises(b"<PatentPublication/>", "a.xml") == 0
    assert Patent.recognises(b"<a>jp-official-gazette</a>", "a.xml") == 0
    assert Patent.recognises(b"", "a.xml") == 0


def test_the_same_bytes_give_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(GAZETTE.format(encoding="utf-8"), "utf-8")
    assert read(Patent(), path) == read(Patent(), path)

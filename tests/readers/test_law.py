from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from corpuskit.readers.government.law import Law, LawParams

from .reading import Rows, about, in_memory, read, shared

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from benchlib.grams import match

LAW = """<Law Era="Heisei" Year="05" Num="088" LawType="Act" Lang="ja" PromulgateMonth="11"
 PromulgateDay="3"><LawNum>平成五年法律第八十八号</LawNum><LawBody>
<LawTitle Kana="かくうほう" Abbrev="架法">架空髙﨑法</LawTitle>
<EnactStatement>架空法をここに公布する。</EnactStatement>
<TOC><TOCLabel>目次</TOCLabel><TOCChapter Num="1"><ChapterTitle>第一章　総則</ChapterTitle>
<ArticleRange>（第一条）</ArticleRange></TOCChapter></TOC>
<Preamble><Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>われらは誓ふ。</Sentence>
</ParagraphSentence></Paragraph></Preamble>
<MainProvision><Chapter Num="1"><ChapterTitle>第一章　総則</ChapterTitle>
<Section Num="1"><SectionTitle>第一節　通則</SectionTitle>
<Article Num="1"><ArticleCaption>（目的）</ArticleCaption><ArticleTitle>第一条</ArticleTitle>
<Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence Num="1"
>佐々木は𠮷野の㈱①とする。</Sentence>
<Sentence Num="2">ただし、<Ruby>禁錮<Rt>きんこ</Rt></Ruby>を除く。</Sentence></ParagraphSentence>
<Item Num="1"><ItemTitle>一</ItemTitle><ItemSentence><Column Num="1"><Sentence>法令</Sentence
></Column>
<Column Num="2"><Sentence>ｶﾅとか\u3099︒</Sentence></Column></ItemSentence>
<Subitem1 Num="1"><Subitem1Title>イ</Subitem1Title><Subitem1Sentence><Sentence>㎡とm<Sup>2</Sup>、10
<Sup>5</Sup></Sentence></Subitem1Sentence><Subitem2 Num="1"><Subitem2Title>（１）</Subitem2Title>
<Subitem2Sentence><Sentence>細目</Sentence></Subitem2Sentence></Subitem2></Subitem1></Item
></Paragraph>
<Paragraph Num="2"><ParagraphNum>２</ParagraphNum><ParagraphSentence>
<Sentence>次の表のとおりとする。</Sentence></ParagraphSentence><TableStruct>
<TableStructTitle>速度の表</TableStructTitle><Table>
<TableHeaderRow><TableHeaderColumn>区分</TableHeaderColumn><TableHeaderColumn colspan="2">値
</TableHeaderColumn></TableHeaderRow>
<TableRow><TableColumn rowspan="2"><Sentence>甲</Sentence></TableColumn>
<TableColumn><Sentence>一|二</Sentence></TableColumn><TableColumn><Sentence>三</Sentence
></TableColumn>
</TableRow><TableRow><TableColumn><Sentence>四</Sentence></TableColumn>
<TableColumn><Item Num="1"><ItemTitle>１</ItemTitle><ItemSentence><Sentence>五</Sentence
></ItemSentence>
</Item></TableColumn></TableRow></Table></TableStruct></Paragraph></Article></Section></Chapter>
<Chapter Num="2"><ChapterTitle>第二章　雑則</ChapterTitle><Article Num="2:3">
<ArticleTitle>第二条及び第三条</ArticleTitle><Paragraph Num="1"><ParagraphNum/><ParagraphSentence>
<Sentence>削除</Sentence></ParagraphSentence></Paragraph></Article>
<Article Num="3_2"><ArticleTitle>第三条の二</ArticleTitle></Article></Chapter></MainProvision>
<SupplProvision><SupplProvisionLabel>附　則</SupplProvisionLabel><Article Num="1">
<ArticleTitle>第一条</ArticleTitle><Paragraph Num="1"><ParagraphNum/><ParagraphSentence>
<Sentence>公布の日から施行する。</Sentence></ParagraphSentence></Paragraph></Article
></SupplProvision>
<SupplProvision AmendLawNum="令和五年六月一六日法律第六三号" Extract="true">
<SupplProvisionLabel>附　則</SupplProvisionLabel><Paragraph Num="1"><ParagraphCaption>（施行期日）
</ParagraphCaption><ParagraphNum>１</ParagraphNum><ParagraphSentence><Sentence
>この法律は、略</Sentence>
</ParagraphSentence></Paragraph></SupplProvision>
<AppdxTable Num="1"><AppdxTableTitle>別表第一</AppdxTableTitle>
<RelatedArticleNum>（第一条関係）</RelatedArticleNum><TableStruct><Table><TableRow>
<TableColumn><Sentence>子</Sentence></TableColumn><TableColumn><Sentence>丑</Sentence></TableColumn>
</TableRow></Table></TableStruct></AppdxTable></LawBody></Law>"""

ARTICLE_1 = """（目的）
第一条　佐々木は𠮷野の㈱①とする。ただし、禁錮を除く。
一　法令　ｶﾅとか\u3099︒
イ　㎡とm²、10 ⁵
（１）　細目
２　次の表のとおりとする。
速度の表

| 区分 | 値 |  |
| --- | --- | --- |
| 甲 | 一\\|二 | 三 |
|  | 四 | １　五 |"""
MAIN = f"""# 架空髙﨑法

平成五年法律第八十八号

架空法をここに公布する。

われらは誓ふ。

### 第一章　総則

#### 第一節　通則

{ARTICLE_1}

### 第二章　雑則

第二条及び第三条　削除

第三条の二"""
APPENDED = """## 別表第一

（第一条関係）

| 子 | 丑 |"""
FIRST = "## 附　則\n\n第一条　公布の日から施行する。"
SECOND = """## 附　則（令和五年六月一六日法律第六三号）　抄

（施行期日）
１　この法律は、略"""


def found(data: str | bytes, name: str = "a.xml", **options: Any) -> Rows:
    raw = data if isinstance(data, bytes) else data.encode()
    return read(Law(LawParams(**options)), in_memory(raw, name))


def as_json(element: Any) -> dict[str, Any]:
    children: list[Any] = [element.text] if element.text else []
    for child in element:
        children.append(as_json(child))
        if child.tail:
            children.append(child.tail)
    return {"tag": element.tag, "attr": dict(element.attrib), "children": children}


def answer(full: Any) -> bytes:
    return json.dumps(
        {
            "attached_files_info": None,
            "law_info": {
                "law_type": "Act",
                "law_id": "405AC0000000999",
                "law_num": "平成五年法律第八十八号",
                "promulgation_date": "1993-11-03",
            },
            "revision_info": {
                "law_revision_id": "405AC0000000999_20240401_504AC0100000052",
                "law_title": "架空髙﨑法",
                "category": "行政手続",
                "updated": "2024-07-21T12:16:36+09:00",
                "amendment_enforcement_date": "2024-04-01",
                "amendment_law_num": "令和四年法律第五十二号",
                "repeal_status": "None",
            },
            "law_full_text": full,
        },
        ensure_ascii=False,
    ).encode()


def test_a_law_and_its_supplementary_provisions() -> None:
    rows = found(LAW)
    assert rows.errors == []
    assert rows.texts == [f"{MAIN}\n\n{APPENDED}", FIRST, SECOND]
    assert [row["locator"] for row in rows.records] == [
        "main",
        "supplementary 1",
        "supplementary 2",
    ]
    assert [row["title"] for row in rows.records] == [
        "架空髙﨑法",
        "架空髙﨑法 附則",
        "架空髙﨑法 附則（令和五年六月一六日法律第六三号）",
    ]


def test_what_a_law_says_of_itself() -> None:
    rows = found(LAW, "405AC0000000999_20240401_504AC0100000052.xml")
    assert about(rows.records[0]) == {
        "published": "1993-11-03",
        "language": "ja",
        "law_num": "平成五年法律第八十八号",
        "law_type": "Act",
        "law_id": "405AC0000000999",
        "in_force_from": "2024-04-01",
        "law_title_kana": "かくうほう",
        "abbreviation": "架法",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }
    assert about(rows.records[1])["part"] == "附則"


def test_supplementary_provisions_within_or_dropped() -> None:
    within = found(LAW, supplementary="within")
    assert within.texts == [f"{MAIN}\n\n{FIRST}\n\n{SECOND}\n\n{APPENDED}"]
    assert within.records[0]["locator"] == "file"
    dropped = found(LAW, supplementary="drop")
    assert dropped.texts == [f"{MAIN}\n\n{APPENDED}"]
    assert dropped.skipped == {"supplementary_provisions": 2}


def test_provisions_and_appended_tables_apart() -> None:
    rows = found(LAW, per="provisions")
    assert rows.texts == [MAIN, FIRST, SECOND, APPENDED]
    assert rows.records[3]["locator"] == "appended 1"
    assert rows.records[3]["title"] == "架空髙﨑法 別表第一"


def test_each_article_alone() -> None:
    rows = found(LAW, per="article")
    assert rows.texts == [
        "架空法をここに公布する。",
        "われらは誓ふ。",
        ARTICLE_1,
        "第二条及び第三条　削除",
        "第三条の二",
        FIRST,
        SECOND,
        APPENDED,
    ]
    assert [row["locator"] for row in rows.records] == [
        "enactstatement",
        "preamble",
        "article 1",
        "article 2:3",
        "article 3_2",
        "supplementary 1",
        "supplementary 2",
        "appended 1",
    ]
    first = rows.records[2]
    assert first["title"] == "架空髙﨑法 第一条"
    assert about(first)["chapter"] == "第一章　総則 > 第一節　通則"
    within = found(LAW, per="article", supplementary="within")
    assert within.records[5]["locator"] == "supplementary article 1"
    assert within.texts[5] == "第一条　公布の日から施行する。"


def test_readings_are_kept_by_option() -> None:
    assert "禁錮（きんこ）を除く。" in found(LAW, ruby="keep").texts[0]


def test_version_1_of_the_api_wraps_it_in_xml() -> None:
    wrapped = (
        "<DataRoot><Result><Code>0</Code><Message/></Result><ApplData>"
        "<LawId>405AC0000000999</LawId><LawNum>平成五年法律第八十八号</LawNum>"
        f"<LawFullText>{LAW}</LawFullText></ApplData></DataRoot>"
    )
    rows = found(wrapped)
    assert rows.texts == found(LAW).texts
    assert about(rows.records[0])["law_id"] == "405AC0000000999"
    one = LAW[LAW.index('<Article Num="2:3"') : LAW.index('<Article Num="3_2"')]
    piece = f"<DataRoot><ApplData><LawContents>{one}</LawContents></ApplData></DataRoot>"
    assert found(piece).texts == ["第二条及び第三条　削除"]


@pytest.mark.parametrize("form", ["tree", "base64", "xml"])
def test_version_2_of_the_api_wraps_it_in_json(form: str) -> None:
    full = {
        "tree": as_json(etree.fromstring(LAW)),
        "base64": base64.b64encode(LAW.encode()).decode(),
        "xml": LAW,
    }[form]
    rows = found(answer(full), "law_data.json")
    assert rows.errors == []
    assert rows.texts == found(LAW).texts
    known = about(rows.records[0])
    assert known["law_id"] == "405AC0000000999"
    assert known["modified"] == "2024-07-21T12:16:36+09:00"
    assert known["in_force_from"] == "2024-04-01"
    assert known["amended_by"] == "令和四年法律第五十二号"
    assert known["category"] == "行政手続"
    assert "repealed" not in known


def test_version_2_in_xml() -> None:
    wrapped = (
        "<law_data_response><law_info><law_id>405AC0000000999</law_id></law_info><revision_info>"
        "<repeal_status>Repeal</repeal_status></revision_info>"
        f"<law_full_text>{LAW}</law_full_text></law_data_response>"
    )
    rows = found(wrapped)
    assert rows.texts == found(LAW).texts
    assert about(rows.records[0])["repealed"] == "Repeal"


def deep() -> dict[str, Any]:
    tree: dict[str, Any] = {"tag": "Law", "attr": {}, "children": ["x"]}
    for _ in range(300):
        tree = {"tag": "Law", "attr": {}, "children": [tree]}
    return tree


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "broken_xml"),
        (LAW.encode()[:-30], "broken_xml"),
        (LAW.encode().replace(b"</Chapter>", b"</Chaptor>", 1), "broken_xml"),
        (answer(LAW)[:-4], "invalid_json"),
        (answer("###"), "broken_base64"),
        (answer({"Law": {"LawNum": "x"}}), "no_law"),
        (answer(None), "no_law"),
        (answer({"tag": "a b", "children": []}), "no_law"),
        (answer(deep()), "too_deep"),
        (b"<DataRoot><Result><Code>1</Code></Result></DataRoot>", "api_error"),
        (b"<DataRoot><Result><Code>0</Code></Result></DataRoot>", "no_law"),
        (b"<Law>" * 300 + b"</Law>" * 300, "too_deep"),
        (bytes(range(256)) * 4, "undecodable"),
    ],
)
def test_what_can_not_be_read_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors == [("file", error)]


def test_odd_attributes_do_no_harm() -> None:
    odd = LAW.replace('rowspan="2"', 'rowspan="99999999"').replace('colspan="2"', 'colspan="x"')
    odd = odd.replace('Year="05"', 'Year="元"').replace('Num="2:3"', "")
    assert len(found(odd).records) == 3
    assert found(odd).records[0]["published"] is None
    assert found(odd, per="article").records[3]["locator"] == "article ?"


@pytest.mark.parametrize(
    ("era", "year", "date"),
    [("Meiji", "29", "1896-11-03"), ("Showa", "２１", "1946-11-03"), ("Reiwa", "1", "2019-11-03")],
)
def test_eras(era: str, year: str, date: str) -> None:
    law = LAW.replace("Heisei", era).replace('Year="05"', f'Year="{year}"')
    assert found(law).records[0]["published"] == date
    assert found(law.replace('PromulgateDay="3"', "")).records[0]["published"] == date[:4]


def test_many_articles_take_linear_time() -> None:
    article = LAW[LAW.index('<Article Num="2:3"') : LAW.index('<Article Num="3_2"')]
    law = LAW.replace(article, article * 5_000)
    rows = found(law, per="article")
    assert len(rows.records) == 5_000 + 7
    assert len({row["locator"] for row in rows.records}) == len(rows.records)


def test_it_is_recognised_by_its_root() -> None:
    assert Law.recognises(LAW.encode(), "a.xml") == 2
    assert Law.recognises(f"<DataRoot><ApplData>{LAW}".encode()[:4096], "a") == 2
    assert Law.recognises(answer(LAW)[:4096], "a.json") == 2
    assert Law.recognises(b"<law_data_response>", "a.xml") == 2
    assert Law.recognises(b"<DataRoot><x/></DataRoot>", "a.xml") == 0
    assert Law.recognises(b"<Law/>", "a.xml") == 0
    assert Law.recognises(b'{"text": "x"}', "a.json") == 0


@pytest.mark.parametrize("file", ["derived__*.xml", "egov_law_xml__*.xml"])
def test_laws_of_egov_against_their_own_characters(file: str) -> None:
    path = next(shared("fixtures/xml_egov_law").glob(file))
    root = etree.parse(str(path)).getroot()
    for each in list(root.iter("TOC", "Rt")):
        each.getparent().remove(each)
    body = next(root.iter("LawBody"))
    got = match("\n".join(read(Law(), path).texts), "\n".join(body.itertext()))
    assert got.recall >= 0.99
    assert got.precision >= 0.98

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from corpuskit.readers.xml.docbook import Docbook, DocbookParams
from corpuskit.readers.xml.docbookentities import expanded

from .reading import Rows, about, in_memory, read, shared

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from benchlib.grams import match

ARTICLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "docbookx.dtd" [
<!ENTITY 製品 "水位計㈱①型"> <!ENTITY other SYSTEM "other.xml"> <!ENTITY % x SYSTEM "x.ent"> %x;
]>
<article lang="ja"><articleinfo><title>髙﨑の手引き</title><author><firstname>花子</firstname>
<surname>架空</surname><affiliation><orgname>架空社</orgname></affiliation></author>
<pubdate>2099-01-01</pubdate><legalnotice><para>この文書は<ulink url="https://example.jp/by"
>自由</ulink>。
</para></legalnotice></articleinfo>
<para>&製品;は佐々木と𠮷野が
作った。<footnote><para>注の文。</para></footnote>㎡とm<superscript>2</superscript>、
H<subscript>2</subscript>O、ｶﾅ、か\u3099︒&nbsp;<quote>引用</quote>&amp;<literal>a &lt; b</literal
></para>
<section><title>操作</title><indexterm><primary>索引</primary></indexterm>
<itemizedlist><listitem><para>一つ目</para><para>その続き</para></listitem>
<listitem><para>二つ目</para><orderedlist><listitem><para>内の一</para></listitem></orderedlist>
</listitem></itemizedlist>
<variablelist><varlistentry><term><option>-a</option></term><listitem><para>全部。</para></listitem>
</varlistentry></variablelist>
<note><title>注意</title><para>気をつける。</para></note>
<programlisting><![CDATA[if (a && b) {
    x();   &unknown.thing;
}]]></programlisting>
<table><title>値の表</title><tgroup cols="3"><colspec colname="a"/><colspec colname="b"/>
<colspec colname="c"/><thead><row><entry>名</entry><entry namest="b" nameend="c">値</entry></row
></thead>
<tbody><row><entry morerows="1">甲</entry><entry>1</entry><entry>2</entry></row>
<row><entry>3</entry><entry>4</entry></row></tbody></tgroup></table>
<section><title>深い<emphasis>節</emphasis></title><para>終わり。</para><mediaobject><imageobject>
<imagedata fileref="a.png"/></imageobject><textobject><phrase>図の説明</phrase></textobject
></mediaobject>
</section></section></article>"""

REFERENCE = """<!-- Credits: x -->
<refentry xmlns="http://docbook.org/ns/docbook" xml:id="function.架空">
 <refnamediv><refname>kakuu_open</refname><refname>Kakuu::open</refname>
 <refpurpose>架空のものを開く</refpurpose></refnamediv>
 <refsect1 role="description">&reftitle.description;
  <methodsynopsis><type class="union"><type>string</type><type>null</type></type>
   <methodname>kakuu_open</methodname><methodparam><type>int</type><parameter>n</parameter
></methodparam>
   <methodparam choice="opt"><type>bool</type><parameter>all</parameter><initializer
>&true;</initializer>
   </methodparam></methodsynopsis>
  <simpara><parameter>n</parameter
> が &false; のとき &php.ini; を読みます&return.falseforfailure;。</simpara>
  <cmdsynopsis><command>open</command><arg>-v</arg><arg choice="plain" rep="repeat">名</arg
></cmdsynopsis>
  <funcsynopsis><funcprototype><funcdef>int <function>f</function></funcdef>
  <paramdef>char *<parameter>s</parameter></paramdef><void/></funcprototype></funcsynopsis>
 </refsect1>
 &warn.experimental;
 <xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="b.xml"/>
</refentry>"""


def found(xml: str | bytes, **options: Any) -> Rows:
    data = xml if isinstance(xml, bytes) else xml.encode()
    return read(Docbook(DocbookParams(**options)), in_memory(data, "a.xml"))


def test_an_article_as_markdown() -> None:
    assert found(ARTICLE).texts == [
        "\n\n".join(
            [
                "# 髙﨑の手引き",
                "水位計㈱①型は佐々木と𠮷野が作った。（注の文。）㎡とm²、H₂O、ｶﾅ、か\u3099︒\xa0"
                "“引用”&a < b",
                "## 操作",
                "- 一つ目\n  その続き\n- 二つ目\n  1. 内の一",
                "-a\n全部。",
                "注意",
                "気をつける。",
                "```\nif (a && b) {\n    x();   &unknown.thing;\n}\n```",
                "値の表",
                "| 名 | 値 |  |\n| --- | --- | --- |\n| 甲 | 1 | 2 |\n|  | 3 | 4 |",
                "### 深い節",
                "終わり。",
                "図の説明",
            ]
        )
    ]


def test_what_a_file_says_of_itself() -> None:
    row = found(ARTICLE).records[0]
    assert row["title"] == "髙﨑の手引き"
    assert about(row) == {
        "author": "架空 花子",
        "published": "2099-01-01",
        "language": "ja",
        "license_link": "https://example.jp/by",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }


def test_a_reference_page() -> None:
    rows = found(REFERENCE)
    assert rows.texts == [
        "\n\n".join(
            [
                "# kakuu_open",
                "Kakuu::open",
                "架空のものを開く",
                "## 説明",
                "```\nstring|null kakuu_open(int n, bool all = true)\n```",
                "n が false のとき php.ini を読みます。",
                "```\nopen [-v] 名 ...\n```",
                "```\nint f(char *s, void)\n```",
            ]
        )
    ]
    row = rows.records[0]
    assert row["title"] == "kakuu_open"
    known = about(row)
    assert known["xml_id"] == "function.架空"
    assert known["includes"] == 1
    assert known["unknown_entities"] == 2


def test_entities_can_be_given() -> None:
    given = {"return.falseforfailure": "（<失敗>なら偽）", "warn.experimental": "試験中"}
    rows = found(REFERENCE, entities=given)
    assert "読みます（<失敗>なら偽）。" in rows.texts[0]
    assert "unknown_entities" not in about(rows.records[0])


def test_entities_one_by_one() -> None:
    def text(xml: str) -> str:
        return expanded(xml, {"a.b": "甲\"&'"}).text

    assert text("&lt;&amp;&a.b;&hellip;&#12354;") == "&lt;&amp;甲\"&amp;'…&#12354;"
    assert text('<x y="&a.b;&lt;&foo;"/>') == '<x y="甲&quot;&amp;\'&lt;foo"/>'
    assert text("<!-- &a.b; --><![CDATA[&a.b;]]><?p &a.b;?>") == (
        "<!-- &a.b; --><![CDATA[&a.b;]]><?p &a.b;?>"
    )
    assert text('<!DOCTYPE a [\n<!ENTITY v "一">\n]><a>&v;</a>') == "\n\n<a>一</a>"
    assert expanded("&x.y;&z.w;", {}).unknown == 2


def test_a_file_that_only_includes_others_has_no_text() -> None:
    rows = found('<book xmlns="http://docbook.org/ns/docbook">&chapter.one;</book>')
    assert rows.records == []
    assert rows.errors == []
    assert rows.skipped == {"no_text": 1}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "broken_xml"),
        (ARTICLE.encode()[:-40], "broken_xml"),
        (ARTICLE.encode().replace(b"</note>", b"</nota>"), "broken_xml"),
        (b"<section>" * 400 + b"</section>" * 400, "too_deep"),
        (bytes(range(256)) * 4, "undecodable"),
    ],
)
def test_what_can_not_be_read_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors == [("file", error)]


def test_entities_do_not_multiply() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "xx"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'
    rows = found(f"{bomb}<article><para>&c;文</para></article>")
    assert rows.texts == ["c文"]


def test_many_elements_take_linear_time() -> None:
    lines = "<para>文&true;<footnote><para>注</para></footnote></para>\n" * 20_000
    rows = found(f"<article>{lines}</article>")
    assert rows.texts[0].count("文true（注）") == 20_000


def test_it_is_recognised_by_namespace_doctype_or_root() -> None:
    assert Docbook.recognises(ARTICLE.encode(), "a.xml") == 2
    assert Docbook.recognises(REFERENCE.encode(), "a.xml") == 2
    assert Docbook.recognises(b"<sect1 id='x'><title>y</title></sect1>", "a.xml") == 2
    assert Docbook.recognises(b"<chapter><title>x</title><para>y</para></chapter>", "a.xml") == 2
    assert Docbook.recognises(b"<article><front/><body><p>JATS</p></body></article>", "a.xml") == 0
    assert Docbook.recognises(b"<book><author>x</author></book>", "a.xml") == 0
    assert Docbook.recognises(b"<!DOCTYPE html><html/>", "a.html") == 0
    assert Docbook.recognises(b"<a/>", "a.dbk") == 1


def test_pages_of_a_manual_keep_their_paragraphs() -> None:
    for path in sorted(shared("fixtures/xml_docbook_php").glob("*.xml")):
        rows = read(Docbook(), path)
        assert rows.errors == []
        text = expanded(re.sub(r"<\?xml.*?\?>", "", path.read_text("utf-8")), {}).text
        root = etree.fromstring(text.encode())
        for block in root.iter("{*}para", "{*}simpara", "{*}programlisting", "{*}screen"):
            whole = "".join(block.itertext())
            if len(whole.strip()) > 5:
                assert match(rows.texts[0], whole).recall >= 0.98, (path.name, whole)
        truth = "\n".join(root.itertext())
        assert match(rows.texts[0], truth).precision >= 0.75, path.name

from __future__ import annotations

from typing import Any

import pytest

from corpuskit.readers.html.feed import Feed, FeedParams

from .reading import Rows, about, in_memory, read

RSS2 = """<?xml version="1.0" encoding="UTF-8"?>
<!-- 架空 -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:cc="http://web.resource.org/cc/">
<channel><title>町のたより</title><link>https://example.jp/</link><language>ja</language>
<atom:link href="https://example.jp/feed" rel="self"/>
<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>
<item><title>図書館 &amp;amp; 公民館</title><link>https://example.jp/1</link>
<guid isPermaLink="false">tag-1</guid><dc:creator>記者 架空</dc:creator>
<pubDate>Wed, 01 May 2024 09:00:00 +0900</pubDate><category>くらし</category>
<category>本</category><description>短い説明。</description>
<content:encoded><![CDATA[<h2>夜も開く</h2><p>図書館の<ruby>扉<rt>とびら</rt></ruby>は、
夜も開く。&nbsp;10&#x3042;</p><ul><li>月</li><li>火</li></ul>]]></content:encoded></item>
<item><title>橋の工事</title><description>&lt;p&gt;工事は&lt;b&gt;九&lt;/b&gt;月に
終わる。&lt;/p&gt;</description><guid>https://example.jp/2</guid>
<author>taro@example.jp (架空太郎)</author><dc:rights>© 町</dc:rights></item>
<item><title>題だけ</title></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">
<title type="html">&lt;b&gt;日記&lt;/b&gt;</title><author><name>仮名花子</name></author>
<rights>無断転載を禁じます</rights>
<entry><title type="text">霧の朝 &lt;一&gt;</title><id>urn:1</id>
<link rel="edit" href="https://example.jp/edit"/>
<link rel="alternate" href="https://example.jp/a"/>
<link rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/"/>
<published>2024-05-01T00:00:00Z</published><updated>2024-05-02T00:00:00Z</updated>
<summary>要約</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>霧の<b>中</b>を
急いだ。</p><pre><code>a  b
  c</code></pre></div></content></entry>
<entry xml:lang="en"><title>Two</title><author><name>A</name></author>
<author><name>B</name></author>
<link href="https://example.jp/b"/><content type="text">一行目
二行目 &lt;b&gt;</content></entry>
</feed>"""

RDF = """<?xml version="1.0" encoding="Shift_JIS"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://example.jp/rss"><title>新着①</title><dc:language>ja</dc:language>
<items><rdf:Seq><rdf:li rdf:resource="https://example.jp/1"/></rdf:Seq></items></channel>
<item rdf:about="https://example.jp/1"><title>髙﨑の㈱</title><dc:date>2005-01-02</dc:date>
<description>々、ｶﾞ①㈱髙﨑～</description></item></rdf:RDF>"""


def parse(feed: str | bytes, **options: Any) -> Rows:
    data = feed if isinstance(feed, bytes) else feed.encode()
    return read(Feed(FeedParams(**options)), in_memory(data, "a.xml"))


def item(inner: str) -> str:
    return f'<rss version="2.0"><channel><title>t</title><item>{inner}</item></channel></rss>'


def test_rss_2_gives_a_document_an_entry() -> None:
    found = parse(RSS2)
    assert [row["locator"] for row in found.records] == ["entry 1", "entry 2", "entry 3"]
    assert found.texts == [
        "## 夜も開く\n\n図書館の扉は、夜も開く。\u00a010あ\n\n- 月\n- 火",
        "工事は九月に終わる。",
        "",
    ]
    assert [row["title"] for row in found.records] == ["図書館 & 公民館", "橋の工事", "題だけ"]
    assert about(found.records[0]) == {
        "author": "記者 架空",
        "published": "Wed, 01 May 2024 09:00:00 +0900",
        "url": "https://example.jp/1",
        "language": "ja",
        "license_link": "https://creativecommons.org/licenses/by/4.0/",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
        "feed": "町のたより",
        "guid": "tag-1",
        "categories": ["くらし", "本"],
    }
    second = about(found.records[1])
    assert (second["author"], second["url"]) == ("架空太郎", "https://example.jp/2")
    assert second["license_link"] == "© 町"
    assert len({row["id"] for row in found.records}) == 3
    assert not found.errors


def test_atom() -> None:
    found = parse(ATOM)
    assert found.texts == [
        "霧の中を急いだ。\n\n```\na  b\n  c\n```",
        "一行目\n二行目 <b>",
    ]
    first, second = map(about, found.records)
    assert found.records[0]["title"] == "霧の朝 <一>"
    assert (first["feed"], first["author"], first["url"]) == (
        "日記",
        "仮名花子",
        "https://example.jp/a",
    )
    assert (first["published"], first["modified"]) == (
        "2024-05-01T00:00:00Z",
        "2024-05-02T00:00:00Z",
    )
    assert first["license_link"].endswith("/zero/1.0/")
    assert (first["language"], second["language"]) == ("ja", "en")
    assert (second["author"], second["url"]) == ("A、B", "https://example.jp/b")
    assert second["license_link"] == "無断転載を禁じます"


def test_rss_1_in_cp932_under_the_label_of_shift_jis() -> None:
    found = parse(RDF.encode("cp932"))
    row = found.records[0]
    assert (row["text"], row["title"]) == ("々、ｶﾞ①㈱髙﨑～", "髙﨑の㈱")
    assert about(row)["encoding"] == "cp932"
    assert about(row)["url"] == "https://example.jp/1"
    assert about(row)["published"] == "2005-01-02"
    assert about(row)["language"] == "ja"
    assert about(row)["feed"] == "新着①"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<description>か\u3099ー〜々、ｶﾞ①㈱𠮟👍</description>", "か\u3099ー〜々、ｶﾞ①㈱𠮟👍"),
        ("<description>字のみ\n二行</description>", "字のみ\n二行"),
        ("<description>1 &lt; 2 &amp; 3</description>", "1 < 2 & 3"),
        ("<description>&nbsp;&hellip;終&yen;</description>", "\u00a0…終¥"),
        ("<description>A & B の店</description>", "A & B の店"),
        ("<description>前\x08後</description>", "前後"),
        ("<description><p>生の<b>タグ</b></p><p>次</p></description>", "生のタグ\n\n次"),
        ("<description></description><summary>要約</summary>", "要約"),
    ],
)
def test_texts(inner: str, text: str) -> None:
    found = parse(item(inner))
    assert found.texts == [text]
    assert not found.errors


def test_readings_can_be_kept() -> None:
    html = "<![CDATA[<ruby>霧<rp>（</rp><rt>きり</rt><rp>）</rp></ruby>の朝]]>"
    feed = item(f"<title>題</title><description>{html}</description>")
    assert parse(feed).texts == ["霧の朝"]
    assert parse(feed, ruby="keep").texts == ["霧（きり）の朝"]


def test_a_feed_cut_short_gives_its_whole_entries_and_a_problem() -> None:
    at = RSS2.index("終わる。")
    found = parse(RSS2[:at])
    assert len(found.texts) == 1 and found.texts[0].startswith("## 夜も開く")
    assert found.errors == [("after 1", "broken_xml")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "broken_xml"),
        (b"<rss", "broken_xml"),
        (b"<html><body>x</body></html>", "not_a_feed"),
        (b"<feed>" + b"<a>" * 500 + b"</a>" * 500 + b"</feed>", "too_deep"),
        (
            b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            b"<rss><channel><item><title>&b;</title></item></channel></rss>",
            "xml_entities",
        ),
    ],
)
def test_what_is_no_feed_is_a_problem(data: bytes, error: str) -> None:
    assert parse(data).errors == [("file", error)]


def test_a_feed_without_entries_is_no_problem() -> None:
    found = parse("<rss><channel><title>空</title></channel></rss>")
    assert (found.records, found.errors) == ([], [])
    assert found.skipped == {"feed without entries": 1}


def test_deep_html_in_an_entry_keeps_its_text() -> None:
    html = "&lt;div&gt;" * 5000 + "深い所" + "&lt;/div&gt;" * 5000
    assert parse(item(f"<description>{html}</description>")).texts == ["深い所"]


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (RSS2.encode()[:4096], "a.xml", 2),
        (b"\xef\xbb\xbf" + ATOM.encode(), "a", 2),
        (RDF.encode("cp932"), "index.rdf", 2),
        (b"<rss version='0.91'>", "a.txt", 2),
        (b"<feed><entry/></feed>", "a.xml", 0),
        (b"<rdf:RDF xmlns:foaf='x'>", "a.rdf", 0),
        (b"", "a.rss.gz", 1),
        (b"", "a.atom", 1),
        (b"text about <rss>", "a.txt", 0),
    ],
)
def test_recognises(head: bytes, name: str, sure: int) -> None:
    assert Feed.recognises(head, name) == sure

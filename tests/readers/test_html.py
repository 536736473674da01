from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpuskit.ja.encodings import decode
from corpuskit.readers.html.reader import Html, HtmlParams
from corpuskit.readers.whole import Raw

from .reading import about, read, shared

PARAGRAPHS = (
    "町の図書館では、来月から開館時間を一時間延ばすことになった。",
    "夜に利用したいという声が、働く人たちから多く寄せられていたためだ。",
    "館長は「仕事の帰りに寄れる場所にしたい」と話している。",
)

NEWS = f"""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8">
<title>図書館が夜も開く｜町のたより</title>
<meta name="author" content="記者 架空">
<meta property="article:published_time" content="2024-05-01T09:00:00+09:00">
<meta name="robots" content="noai, noindex">
<link rel="canonical" href="https://example.jp/news/1">
<script>var 変数 = "コード";</script><style>p {{ color: red }}</style></head>
<body>
<header class="site-header"><h1 class="logo"><a href="/">町のたより</a></h1>
<nav><ul><li><a href="/a">くらし</a><li><a href="/b">行事</a></ul></nav></header>
<div id="pankuzu"><a href="/">トップ</a> &gt; <a href="/news">ニュース</a></div>
<div id="contents"><h1>図書館が夜も開く</h1>
<p>{PARAGRAPHS[0]}</p>
<div class="sns-share"><a href="x">つぶやく</a></div>
<p>{PARAGRAPHS[1][:10]}
   {PARAGRAPHS[1][10:]}</p>
<h2>館長の話</h2><p>{PARAGRAPHS[2][:3]}<b>{PARAGRAPHS[2][3]}</b>{PARAGRAPHS[2][4:]}</p>
<p>本文は<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">自由に</a>使える。</p>
</div>
<div class="sideBar"><h3>人気の記事</h3><ul>
<li><a href="1">祭りの準備</a><li><a href="2">橋の工事</a><li><a href="3">新しい店</a></ul></div>
<div id="related"><a href="4">前の記事</a><a href="5">次の記事</a></div>
<aside>広告のことば</aside>
<form action="/q"><input name="q"><button>探す</button></form>
<footer>著作権 町のたより社</footer>
</body></html>"""


def content(page: str | bytes, **options: Any) -> Any:
    raw = page if isinstance(page, bytes) else page.encode()
    return next(iter(Html(HtmlParams(**options)).contents(Raw(raw))))


def body(html: str, **options: Any) -> str:
    text: str = content(f"<html><body>{html}</body></html>", **options).text
    return text


def test_the_article_is_left_and_everything_else_is_gone() -> None:
    found = content(NEWS)
    assert found.text == "\n\n".join(
        [
            "# 図書館が夜も開く",
            PARAGRAPHS[0],
            PARAGRAPHS[1],
            "## 館長の話",
            PARAGRAPHS[2],
            "本文は自由に使える。",
        ]
    )
    assert found.title == "図書館が夜も開く"


def test_what_the_page_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(NEWS, "utf-8")
    row = read(Html(), path).records[0]
    assert about(row) == {
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
        "robots": "noai, noindex",
        "author": "記者 架空",
        "published": "2024-05-01T09:00:00+09:00",
        "license_link": "https://creativecommons.org/licenses/by/4.0/",
        "language": "ja",
        "url": "https://example.jp/news/1",
    }


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("label", ["", "utf-8", "Shift_JIS", "iso-8859-1", "no-such-thing"])
def test_charsets_are_found_whatever_the_label(codec: str, label: str) -> None:
    page = NEWS.replace('<meta charset="utf-8">', f'<meta charset="{label}">' if label else "")
    found = content(page.encode(codec))
    assert found.about["encoding"] == codec
    assert PARAGRAPHS[0] in found.text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>彼は、「<b>本</b>」を<i>読</i>む</p>", "彼は、「本」を読む"),
        ("<p>行が\n  折れて\n  も続く</p>", "行が折れても続く"),
        ("<p>English\nwords と\nPython</p>", "English words と Python"),
        ("<p>終わる。\nNext</p>", "終わる。Next"),
        ("<p>前<br>後<br/>\n 次</p>", "前\n後\n次"),
        ("<p>a  b\tc&nbsp;d</p>", "a b c\u00a0d"),
        ("<p>　字下げ</p>", "　字下げ"),
        ("<p>前<span></span>\n後</p>", "前後"),
        ("<div>一<div>二</div>三</div>", "一\n\n二\n\n三"),
        ("文だけ", "文だけ"),
        ("<p>一<p>二", "一\n\n二"),
        ("<p>か\u3099ー〜々、ｶﾞ①㈱𠮟👍</p>", "か\u3099ー〜々、ｶﾞ①㈱𠮟👍"),
        ("<p>a\0b</p>", "ab"),
        ("<h3>見出<br>し</h3>", "### 見出 し"),
        (
            "<p>10<sup>5</sup>m<sup>2</sup>、CO<sub>2</sub>、注<sup>注1</sup></p>",
            "10⁵m²、CO₂、注注1",
        ),
        ("<pre>行1\n  行2\n</pre>", "行1\n  行2"),
        ("<pre><code>if a:\n    b</code></pre>", "```\nif a:\n    b\n```"),
        ("<noscript>JavaScriptを有効に</noscript><p>本文</p>", "本文"),
        ("<textarea>入力</textarea><p>本文</p>", "本文"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_text_of_html(html: str, text: str) -> None:
    assert body(html) == text


def test_ruby_keeps_its_base() -> None:
    html = (
        "<p><ruby>漢<rp>（</rp><rt>かん</rt><rp>）</rp>\n 字<rt>じ</rt></ruby>と"
        "<ruby><rb>東京</rb><rt>とうきょう</rt></ruby>。</p>"
    )
    assert body(html) == "漢字と東京。"
    assert body(html, ruby="keep") == "漢（かん）字（じ）と東京（とうきょう）。"


def test_lists() -> None:
    html = (
        "<p>前</p><ul><li>一<li>二<ul><li>二の一</li></ul></li><li><p>三</p><p>三の続き</p></li></ul>"
        "<ol><li>甲<br>乙</li><li>丙</li></ol><dl><dt>語<dd>意味</dl><li>はぐれた項目</li>"
    )
    assert body(html) == (
        "前\n\n- 一\n- 二\n  - 二の一\n- 三\n  三の続き\n\n"
        "1. 甲\n   乙\n2. 丙\n\n語\n意味\n\n- はぐれた項目"
    )


def test_tables() -> None:
    html = (
        "<table><caption>定格</caption><tr><th>型<th>電圧|V</tr>"
        "<tr><td>A-1<td>100<br>200</tr><tr></tr></table>"
    )
    assert body(html) == "定格\n\n| 型 | 電圧\\|V |\n| --- | --- |\n| A-1 | 100 200 |"
    assert body("<table><tr><td>一<td>二</table>") == "| 一 | 二 |"


def test_tables_for_layout_are_blocks() -> None:
    nested = "<table><tr><td><table><tr><td>甲<td>乙</table></td><td>本文</td></tr></table>"
    assert body(nested) == "| 甲 | 乙 |\n\n本文"
    column = "<table><tr><td>一</td></tr><tr><td>二</td></tr></table>"
    assert body(column) == "一\n\n二"
    long = f"<table><tr><td>左</td><td>{'長い文。' * 300}</td></tr></table>"
    assert body(long) == "左\n\n" + "長い文。" * 300


def test_gaiji_images_of_aozora_become_characters() -> None:
    html = '<p>声を<img class="gaiji" alt="※(「口＋世」、第3水準1-14-88)">く。<img alt="写真"></p>'
    assert body(html) == "声を" + b"\xae\xf8".decode("euc_jis_2004") + "く。"


def test_a_page_of_links_keeps_its_text() -> None:
    links = "".join(f'<li><a href="{n}">案内その{n}</a></li>' for n in range(20))
    assert body(f"<ul>{links}</ul>").count("案内その") == 20
    assert body("<nav><a href=x>ただ一つの案内</a></nav>") == "ただ一つの案内"


def test_long_text_is_never_taken_for_furniture() -> None:
    text = "これは本文である。" * 50
    for html in (
        f'<div class="sidebar"><p>{text}</p></div>',
        f"<form><p>{text}</p></form>",
        f"<aside>{text}</aside>",
        f'<div class="footer">{text}</div><p>短い文。</p>',
        f'<div style="display:none">{text}</div><p>短い文。</p>',
    ):
        assert text in body(html)
        assert text in body(f"{html}<p>{'ほかの文である。' * 40}</p>")


def test_a_table_of_contents_within_the_page_is_no_navigation() -> None:
    links = "".join(f'<li><a href="#s{n}">第{n}節</a></li>' for n in range(9))
    rest = "<p>" + "本文である。" * 50 + "</p>"
    assert "- 第8節" in body(f"<ul>{links}</ul>{rest}")
    assert "- 第8節" not in body(f"<ul>{links.replace('#', 'page')}</ul>{rest}")


def test_names_that_come_from_headings_are_no_furniture() -> None:
    rest = "<p>" + "別の章の長い本文である。" * 30 + "</p>"
    html = f'<section id="share"><h2>共有</h2><p>持分についての説明。</p></section>{rest}'
    assert "持分についての説明。" in body(html)
    assert "共有する" not in body(f'<div class="share"><p>共有する</p></div>{rest}')


def test_main_and_article_are_believed_where_they_hold_text() -> None:
    text = "<p>" + "本文である。" * 30 + "</p>"
    assert body(f"<div>飾り</div><main>{text}</main>") == "本文である。" * 30
    assert body(f"<div>飾り</div><article>{text}</article>") == "本文である。" * 30
    assert "飾り" in body(f"<div>飾り</div><main>{text}</main>", main=False)
    assert "本文である" in body(f"<main></main><div>{text}</div>")
    assert body(f"<article>{text}</article><article><p>別の記事</p></article>").endswith("別の記事")


def test_headers_within_the_main_text_stay() -> None:
    html = "<article><header><h1>題</h1></header><p>" + "本文。" * 20 + "</p></article>"
    assert body(html).startswith("# 題")


@pytest.mark.parametrize("depth", [10, 300, 3000, 20000])
def test_depth_loses_nothing(depth: int) -> None:
    html = "<p>前</p>" + "<div>" * depth + "深い&amp;所" + "</div>" * depth + "<p>後</p>"
    assert body(html) == "前\n\n深い&所\n\n後"


def test_moderate_depth_keeps_the_structure() -> None:
    html = "<font>" * 300 + "<h2>題</h2><ul><li>項</li></ul>" + "</font>" * 300
    assert body(html) == "## 題\n\n- 項"


def test_xhtml_may_close_tags_itself() -> None:
    page = (
        '<?xml version="1.0" encoding="Shift_JIS"?>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a"/></head>'
        '<body><p>本文<a id="x"/>である。</p></body></html>'
    )
    found = content(page.encode("cp932"))
    assert (found.text, found.title, found.about["encoding"]) == ("本文である。", None, "cp932")


@pytest.mark.parametrize("data", [b"", b"<!-- -->", b"<html></html>", b"   "])
def test_pages_without_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(data)
    found = read(Html(), path)
    assert found.texts == [""]


def test_binary_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(bytes(500))
    assert read(Html(), path).errors == [("file", "undecodable")]


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (b"<!DOCTYPE html><html>", "a.txt", 2),
        (b'\r\n<?xml version="1.0"?>\n<!-- x -->\n<HTML>', "a", 2),
        (b"<p>fragment", "a.htm", 1),
        (b"", "a.html.gz", 1),
        (b"text about <html>", "a.txt", 0),
    ],
)
def test_recognises(head: bytes, name: str, sure: int) -> None:
    assert Html.recognises(head, name) == sure


def grams(text: str) -> Counter[str]:
    text = re.sub(r"\s", "", text)
    return Counter(text[at : at + 5] for at in range(len(text) - 4))


def test_laws_as_pages_hold_the_text_of_the_laws() -> None:
    truths = shared("fixtures/txt_utf8_law2013")
    pages = {
        path.stem.split("__")[-1]: path for path in shared("fixtures/html_sjis_law2013").iterdir()
    }
    recalls, precisions = [], []
    for path in sorted(truths.iterdir()):
        truth = grams(decode(path.read_bytes()).text)
        found = grams(content(pages[path.stem.split("__")[-1]].read_bytes()).text)
        both = (truth & found).total()
        recalls.append(both / truth.total())
        precisions.append(both / found.total())
    assert len(recalls) == 10
    assert min(recalls) > 0.99
    assert min(precisions) > 0.99


def test_control_characters_behind_what_is_cut() -> None:
    more = "海に近い町では、朝の市場に新しい魚が並ぶ。" * 9
    page = f"<html><body><p>本文の一。\x01<nav>案内</nav>\x02続き。</p><p>{more}</p></body></html>"
    assert content(page).text.startswith("本文の一。")
    assert "続き。" in content(page).text

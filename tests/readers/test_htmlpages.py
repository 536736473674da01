from __future__ import annotations

import time
from typing import Any

import pytest

from corpuskit.readers.html.reader import Html, HtmlParams
from corpuskit.readers.html.words import BEGINNINGS, LABELS, LINK_LABELS, PATH, RELATED
from corpuskit.readers.whole import Content, Raw

from .htmlpages import PAGES, Page
from .reading import about, in_memory, read, shared

AOZORA = """<?xml version="1.0" encoding="Shift_JIS"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ja"><head><title>架空太郎 霧の渡し場</title>
<meta name="DC.Creator" content="架空太郎" /></head><body><div class="metadata">
<h1 class="title">霧の渡し場</h1><h2 class="subtitle">序の章</h2><h2 class="author">架空太郎</h2>
<h2 class="translator">仮名花子訳</h2><br /></div>
<div id="contents" style="display:none"></div><div class="main_text"><br />
<h4 class="naka-midashi"><a class="midashi_anchor" id="m1">一　朝</a></h4><br />
　<ruby><rb>霧</rb><rp>（</rp><rt>きり</rt><rp>）</rp></ruby>の中を急いだ。※<span
 class="notes">［＃「けものへん＋章」、U+734E、123-4］</span>が鳴く。<br />
　いろ／＼な<strong class="SESAME_DOT">舟</strong>。<img src="../../../gaiji/1-09/1-09-63.png"
 alt="※(アキュートアクセント付きE小文字)" class="gaiji" /><span
 class="notes">［＃改ページ］</span><br />
　「《二重》」と言つた。<br /></div>
<div class="bibliographical_information"><hr />底本：「霧の本」架空書房<br />
　　　1930（昭和5）年4月1日発行<br />底本の親本：「霧」古書店<br />入力：某<br />
青空文庫作成ファイル：<br /></div><div class="notation_notes"><hr />●表記について<br /></div>
<div id="card"><hr /><a href="JavaScript:goLibCard();">●図書カード</a></div></body></html>"""


def content(page: str | bytes, **options: Any) -> Content:
    raw = page if isinstance(page, bytes) else page.encode()
    return next(iter(Html(HtmlParams(**options)).contents(Raw(raw))))


def body(html: str) -> str:
    return content(f"<html><body>{html}</body></html>").text


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_page_keeps_its_text_and_loses_its_furniture(page: Page) -> None:
    text, at = content(page.html).text, 0
    for kept in page.kept:
        found = text.find(kept, at)
        assert found >= 0, kept
        at = found + len(kept)
    assert [each for each in page.cut if each in text] == []


def test_all_text_can_be_had() -> None:
    text = content(PAGES["news"].html, main=False).text
    assert "無断転載" in text and "ホーム" in text


def test_json_ld_tells_author_dates_and_licence() -> None:
    found = content(PAGES["news"].html).about
    assert found["author"] == "架空 太郎、仮名 花子"
    assert found["published"] == "2024-03-01T08:00:00+09:00"
    assert found["modified"] == "2024-03-02"
    assert found["license_link"] == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("head", "name", "value"),
    [
        ('<meta name="GPTBot" content="noai">', "robots", "gptbot: noai"),
        (
            '<meta name="robots" content="noindex"><meta name="googlebot" content="nosnippet">',
            "robots",
            "noindex; googlebot: nosnippet",
        ),
        ('<meta http-equiv="content-language" content="ja">', "language", "ja"),
        ('<meta name="tdm-reservation" content="1">', "tdm_reservation", "1"),
        ('<link rel="license" href="/l">', "license_link", "/l"),
        ('<meta property="og:url" content="https://a.example/">', "url", "https://a.example/"),
        (
            '<script type="application/ld+json">{"@graph":[{"@type":"WebSite","name":"x"},'
            '{"@type":["BlogPosting"],"author":"甲","inLanguage":"ja"}]}</script>',
            "author",
            "甲",
        ),
        ('<script type="application/ld+json">{"@type":"Article", 壊れ</script>', "author", None),
        (f'<script type="application/ld+json">{"[" * 9999}</script>', "author", None),
    ],
)
def test_what_a_page_says_of_itself(head: str, name: str, value: str | None) -> None:
    found = content(f"<html><head>{head}</head><body><p>本文である。</p></body></html>")
    assert found.about.get(name) == value
    assert found.text == "本文である。"


def test_marks_within_the_page() -> None:
    html = (
        '<p>文は<a rel="author" href="/a">架空 太郎</a>、'
        '<span itemprop="datePublished" content="2024-01-02">二日</span>。'
        '<a href="https://creativecommons.org/licenses/by/4.0/">CC</a></p>'
    )
    found = content(f"<html><body>{html}</body></html>").about
    assert (found["author"], found["published"]) == ("架空 太郎", "2024-01-02")
    assert found["license_mentions"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert "license_link" not in found


def test_a_stored_response_gives_its_headers() -> None:
    page = "<html><head><meta name=robots content=noindex></head><body><p>本文①。</p></body></html>"
    head = (
        "HTTP/1.1 301 Moved\r\nLocation: /b\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n"
        "Content-Type: text/html; charset=EUC-JP\r\nX-Robots-Tag: noai\r\n\r\n"
    )
    data = head.encode() + page.encode("cp932")
    assert Html.recognises(data[:4096], "page.txt") == 2
    row = read(Html(), in_memory(data, "page.txt")).records[0]
    known = about(row)
    assert (row["text"], known["encoding"], known["robots"]) == (
        "本文①。",
        "cp932",
        "noindex; noai",
    )
    assert '"x-robots-tag":"noai"' in known["headers"] and "cookie" not in known["headers"]


def test_a_work_of_aozora_bunko() -> None:
    row = read(Html(), in_memory(AOZORA.encode("cp932"), "1.html")).records[0]
    assert row["text"] == (
        "#### 一　朝\n\n　霧の中を急いだ。\u734eが鳴く。\n　いろ〳〵な舟。é\n"
        "　「《二重》」と言つた。"
    )
    assert row["title"] == "霧の渡し場"
    known = about(row)
    assert known["author"] == "架空太郎"
    assert known["contributors"] == ["仮名花子訳"]
    assert known["subtitle"] == "序の章"
    assert known["base_edition"] == "「霧の本」架空書房"
    assert known["first_edition"] == "「霧」古書店"
    assert "霧（きり）の中" in content(AOZORA.encode("cp932"), ruby="keep").text


def test_an_older_page_of_aozora_bunko_loses_its_footer() -> None:
    html = "<p>本文である。</p>底本：「本」社<br>入力：某<br>青空文庫作成ファイル：<br>"
    found = content(f"<html><body>{html}</body></html>")
    assert (found.text, found.about["base_edition"]) == ("本文である。", "「本」社")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>&#x3042;&hellip;&#x110000;&#xD800;&foo;</p>", "あ…\ufffd\ufffd&foo;"),
        ("<pre>a\t b\n\n  ``` c</pre>", "a\t b\n\n  ``` c"),
        ("<pre><code>```\nx</code></pre>", "````\n```\nx\n````"),
        ('<p>あ<img class="emoji" alt="👍">い</p>', "あ👍い"),
        ('<ol start="3"><li>三<li>四</ol>', "3. 三\n4. 四"),
        (
            '<table><tr><th rowspan="2">甲<th>乙<tr><td>丙<tr><td colspan="2">丁</table>',
            "| 甲 | 乙 |\n| --- | --- |\n|  | 丙 |\n| 丁 |  |",
        ),
        ('<table role="presentation"><tr><td>左<td>右</table>', "左\n\n右"),
        ("<table><tr><td><h2>題</h2>左<td>右</table>", "## 題\n\n左\n\n右"),
        ("<p>未閉<b>太<i>斜<p>次", "未閉太斜\n\n次"),
        ("<p>前\0後</p><p>㎡ m² 髙﨑 𠮷 ﾊﾟ</p>", "前後\n\n㎡ m² 髙﨑 𠮷 ﾊﾟ"),
    ],
)
def test_odd_html(html: str, text: str) -> None:
    assert body(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 10_000 + "<script>" * 20_000 + "文",
        "<p " + " ".join(f"a{n}" for n in range(60_000)) + ">文",
        '<p title="' + "あ" * 400_000 + '">文</p>',
        "<p>" + " " * 300_000 + "文" + "\n" * 300_000 + "「",
        "<table><tr><td>" * 1_000 + "文",
        "<table>" + "<tr><td colspan=99999 rowspan=99999>文" * 500,
        "<ul><li>" * 100 + "<li>文" * 3_000,
        "<p>関連記事</p>" * 5_000 + "文",
        "<!--" * 100_000 + "-->文",
        "<" * 100_000 + "文",
    ],
)
def test_hostile_pages_take_little_time(html: str) -> None:
    start = time.process_time()
    text = body(html)
    assert time.process_time() - start < 5
    assert "<script" not in text or "文" in text


def test_words_of_furniture() -> None:
    for said in (
        "ページの先頭へ戻る",
        "▲トップへ戻る",
        "広告",
        "この記事をシェアする",
        "本文へ移動",
    ):
        assert LABELS.fullmatch(said) and said[0] in BEGINNINGS, said
    for said in (
        "関連記事",
        "■人気の記事",
        "あわせて読みたい",
        "アクセスランキング",
        "最近のコメント",
    ):
        assert RELATED.fullmatch(said) and said[0] in BEGINNINGS, said
    for said in ("次の記事へ»", "ログイン", "続きを読む", "プライバシーポリシー"):
        assert LINK_LABELS.fullmatch(said), said
    assert PATH.match("現在地：ホーム>くらし>ごみ") and PATH.match("HOME›製品")
    for said in ("広告の歴史を調べる。", "関連法令の改正", "ページの上に書く", "次の日は晴れた"):
        assert not LABELS.fullmatch(said) and not RELATED.fullmatch(said), said
        assert not LINK_LABELS.fullmatch(said), said


def test_furniture_words_in_the_text_stay() -> None:
    html = (
        "<h1>手順</h1><p>1. ログインする。" + "本文である。" * 30 + "</p><h2>印刷</h2>"
        "<p>印刷するには、<a href='x'>印刷</a>を押す。</p><ul><li>ログイン</li></ul>"
        "<p>©の記号の話。</p><p>" + "後も続く文である。" * 30 + "</p>"
    )
    text = body(html)
    for kept in ("## 印刷", "印刷するには、印刷を押す。", "- ログイン", "©の記号の話。"):
        assert kept in text


def test_real_pages_have_titles_and_no_remains() -> None:
    for folder in ("html_utf8_docs", "html_utf8_law2025", "html_euc_jp", "html_sjis_law2013"):
        for path in sorted(shared(f"fixtures/{folder}").iterdir()):
            found = content(path.read_bytes())
            assert found.title, path.name
            assert "structure" not in found.about, path.name
            assert len(found.text) > 200 and "<div" not in found.text, path.name


def test_a_heading_goes_with_the_links_below_it() -> None:
    links = "".join(f'<li><a href="/{n}">催しの案内{n}</a></li>' for n in range(5))
    text = "<p>" + "本文である。" * 30 + "</p>"
    box = f"<h3>今月の催し</h3><div><ul>{links}</ul></div>"
    assert "今月の催し" not in body(text + box)
    assert "今月の催し" in body(f"{text}{box}<p>申し込みは電話で。</p>")


def test_a_column_beside_the_main_one_may_have_labels() -> None:
    side = "".join(f'きょうの話題<br><a href="{n}">今日は何の日{n}</a><br>' for n in range(6))
    main = "本文である。" * 40
    page = f"<table><tr><td>{{}}</td><td width=150>{side}</td></tr></table>"
    assert body(page.format(main)) == main
    assert "今日は何の日3" in body(page.format("短い。"))

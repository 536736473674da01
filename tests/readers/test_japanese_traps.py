"""Every reader that a small document can be made for gives Japanese back as it was written."""

from __future__ import annotations

import csv
import html
import io
import json
import quopri
from collections.abc import Callable

import pytest

from corpuskit.readers.protocol import Reader
from corpuskit.registry import Registry

from .reading import in_memory, read

TRAPS = {
    "iteration marks": "時々、佐々木さんはいすゞの車でこゝに来る。",
    "surrogate pairs": "𠮷野家で𩸽を食べ、𠀋夫な皿に盛る。",
    "half-width kana": "ｶﾞｲﾄﾞ ﾌﾞｯｸとﾊﾟｿｺﾝ",
    "vendor characters": "①㈱髙﨑の№３は℡で、㍻の～と∥",
    "units": "床は㎡とm²で、10⁵個をＣＯ₂と㌔",
    "dashes": "サーバー〜クライアント～端末−本体―以上‐下",
    "combining marks": "か\u3099き\u3099は\u309aの文、が、ぱ",
    "vertical punctuation": "縦書きの︒と︑と﹁鉤﹂と︵括弧︶",
    "old characters": "舊字の國體、逢󠄀辻󠄁、朙德",
    "full-width forms": "ＡＢＣ１２３！？　全角　空白",
    "long line": "長い行である。" * 3000,
}


def _xml(text: str) -> str:
    return html.escape(text, quote=False)


def _csv(text: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], ["1", text]])
    return out.getvalue()


def _mail(text: str) -> bytes:
    head = (
        "From: a@example.com\r\nTo: b@example.com\r\nSubject: test\r\nMIME-Version: 1.0\r\n"
        "Date: Mon, 1 Jan 2024 00:00:00 +0900\r\nMessage-ID: <1@example.com>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + quopri.encodestring(text.encode())


def _po(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return f'{head}msgid "a text"\nmsgstr {quoted}\n'


def _json(text: str) -> str:
    return json.dumps({"id": "1", "text": text}, ensure_ascii=False) + "\n"


#: How a document that holds a text is made, by reader: file name and content.
BUILDERS: dict[str, tuple[str, Callable[[str], str | bytes]]] = {
    "text": ("a.txt", lambda t: f"題\n\n{t}\n"),
    "html": ("a.html", lambda t: f"<!doctype html><title>題</title><h1>題</h1><p>{_xml(t)}</p>"),
    "markdown": ("a.md", lambda t: f"# 題\n\n{t}\n"),
    "rst": ("a.rst", lambda t: f"題\n====\n\n{t}\n"),
    "pod": ("a.pod", lambda t: f"=encoding utf8\n\n=head1 題\n\n{t}\n\n=cut\n"),
    "tex": ("a.tex", lambda t: f"\\begin{{document}}\n\\section{{題}}\n{t}\n\\end{{document}}\n"),
    "man": ("a.1", lambda t: f".TH A 1\n.SH 題\n{t}\n"),
    "review": ("a.re", lambda t: f"= 題\n\n{t}\n"),
    "rd": ("a.rd", lambda t: f"= 題\n\n{t}\n"),
    "csv": ("a.csv", _csv),
    "jsonl": ("a.jsonl", _json),
    "mail": ("a.eml", _mail),
    "docbook": (
        "a.xml",
        lambda t: (
            '<article xmlns="http://docbook.org/ns/docbook"><title>題</title>'
            f"<para>{_xml(t)}</para></article>"
        ),
    ),
    "feed": (
        "a.xml",
        lambda t: (
            '<rss version="2.0"><channel><title>題</title><item><title>題</title>'
            f"<description>{_xml(_xml(t))}</description></item></channel></rss>"
        ),
    ),
    "tmx": (
        "a.tmx",
        lambda t: (
            '<tmx version="1.4"><header srclang="en"/><body><tu>'
            '<tuv xml:lang="en"><seg>a</seg></tuv>'
            f'<tuv xml:lang="ja"><seg>{_xml(t)}</seg></tuv></tu></body></tmx>'
        ),
    ),
    "po": ("a.po", _po),
}


def reader_of(name: str) -> Reader:
    installed = Registry().readers
    if name not in installed:
        pytest.skip(f"the reader {name} is not installed")
    made: Reader = installed[name].load()()
    return made


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("name", BUILDERS)
def test_japanese_survives(name: str, trap: str) -> None:
    file, build = BUILDERS[name]
    built = build(TRAPS[trap])
    data = built if isinstance(built, bytes) else built.encode()
    found = read(reader_of(name), in_memory(data, file))
    assert found.errors == []
    assert TRAPS[trap] in "\n".join(found.texts)


#: Ruby in the notation of a format; the base stays, the reading goes.
HTML_RUBY = (
    "彼の<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>と"
    "<ruby>佐々木<rt>ささき</rt></ruby>。"
)
RUBY = {
    "html": f"<p>{HTML_RUBY}</p>",
    "markdown": HTML_RUBY,
    "tex": "\\begin{document}彼の\\ruby{漢字}{かんじ}と\\ruby{佐々木}{ささき}。\\end{document}",
    "review": "彼の@<ruby>{漢字,かんじ}と@<ruby>{佐々木,ささき}。",
}


@pytest.mark.parametrize("name", RUBY)
def test_ruby_leaves_its_base(name: str) -> None:
    found = read(reader_of(name), in_memory(RUBY[name].encode(), BUILDERS[name][0])).texts
    assert [text.strip() for text in found] == ["彼の漢字と佐々木。"]


@pytest.mark.parametrize("name", ["markdown", "rst", "pod", "tex", "man", "review", "rd", "html"])
def test_lines_of_a_paragraph_are_joined_and_nul_is_no_text(name: str) -> None:
    file, build = BUILDERS[name]
    built = build("設備の点検は\n毎月行う。\0記録は\n「台帳」に残す。")
    assert isinstance(built, str)
    texts = read(reader_of(name), in_memory(built.encode(), file)).texts
    assert "設備の点検は毎月行う。記録は「台帳」に残す。" in "".join(texts)


@pytest.mark.parametrize("name", ["markdown", "rst", "pod", "tex", "man", "review", "rd"])
@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "utf-16"])
def test_old_encodings(name: str, codec: str) -> None:
    file, build = BUILDERS[name]
    body = "この規程は、作業者の安全を守るために定める。"
    built = build("\n".join([body] * 9))
    assert isinstance(built, str)
    data = built.replace("=encoding utf8\n\n", "").encode(codec)
    found = read(reader_of(name), in_memory(data, file))
    assert found.errors == []
    assert found.texts[0].count(body) == 9

"""HTML of any age: charset found, main text taken out, structure kept as Markdown."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from lxml import etree
from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.html.about import about_page, page_title
from corpuskit.readers.html.aozora import (
    about_work,
    is_work,
    without_footer,
    work_text,
    work_title,
)
from corpuskit.readers.html.inline import BLOCKS, Element, collapse
from corpuskit.readers.html.parts import main_part
from corpuskit.readers.html.text import to_text
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.warc.http import charset as declared_charset
from corpuskit.readers.warc.http import payload, response
from corpuskit.readers.whole import (
    Content,
    Raw,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
)

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""",
    re.I,
)
_STARTS = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_RESPONSE = re.compile(
    rb"HTTP/\d(?:\.\d)? \d{3}\b.{0,4000}?content-type\s*:[^\r\n]{0,80}html", re.I | re.S
)
_HEAD = 4096  # bytes in which a page declares its encoding
_MOST_RESPONSES = 20  # of a stored visit with its redirects


class HtmlParams(WholeFileParams):
    """Options of the HTML reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )
    main: bool = Field(True, description="Only the main text; else all text of the page.")


class Html(WholeFile):
    """Reads ``.html``, ``.htm`` and ``.xhtml``. Never opens a network connection."""

    name: ClassVar[str] = "html"
    version: ClassVar[int] = 2
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".html", ".htm", ".xhtml")
    Params: ClassVar[type[ReaderParams]] = HtmlParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts like an HTML page, or like a response that brings one."""
        found = _STARTS.match(head.removeprefix(b"\xef\xbb\xbf")) or _RESPONSE.match(head)
        return 2 if found else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The main text as Markdown, and what the page says of itself."""
        data, charset = raw.data, raw.charset
        known: dict[str, Any] = {}
        for _ in range(_MOST_RESPONSES):  # a page that was stored as it was sent
            answer = response(data) if data.startswith(b"HTTP/") else None
            if answer is None:
                break
            data = payload(answer, self.params.max_file_bytes).data
            charset = raw.charset or declared_charset(answer.headers.get("content-type"))
            known = {
                "headers": answer.as_json(),
                "robots": answer.headers.get("x-robots-tag"),
                "language": answer.headers.get("content-language"),
            }
        found = _DECLARED.search(data[:_HEAD])
        label = (found[1] or found[2]).decode("ascii") if found else None
        decoded = decoded_text(data, charset or label)
        known |= about_encoding(decoded)
        yield self._document(decoded.text.replace("\0", ""), known)

    def _document(self, text: str, known: dict[str, Any]) -> Content:
        root = _parsed(text)
        if root is None:
            text, known["structure"] = _crude(text), "lost"
            return Content(text, None, known)
        about = about_page(root)
        about["robots"] = _joined(about.get("robots"), known.get("robots"))
        about["language"] = about.get("language") or known.get("language")
        whole = root.find("body") if root.find("body") is not None else root
        work = is_work(root)
        if work:
            about |= about_work(root)
        title = work_title(root) if work else None
        main = main_part(root) if self.params.main else whole
        text = to_text(main, keep_ruby=self.params.ruby == "keep")
        title = title or page_title(root, main)
        if work:
            text = work_text(text)
        elif self.params.main:
            text, edition = without_footer(text)
            about |= edition
        return Content(text, title, {**known, **about})


def _joined(*rules: str | None) -> str | None:
    """Rules of the page and of the response that brought it."""
    return "; ".join(filter(None, rules)) or None


def fragment_text(html: str, *, keep_ruby: bool = False) -> str:
    """A piece of HTML, such as a feed's entry, as text: all of it, in Markdown.

    Args:
        html: without NUL.
        keep_ruby: readings in brackets after their base; else they are left out.
    """
    root = _parsed(html)
    return _crude(html) if root is None else to_text(root, keep_ruby=keep_ruby)


def _parsed(text: str) -> Element | None:
    """The tree, or None where there is none or the parser gives up on depth or size."""
    if max(map(len, _START_TAG.findall(text)), default=0) > _MOST_IN_TAG:
        text = _START_TAG.sub(_bare, text)
    data = text.encode("utf-8", "replace")
    for huge in (False, True):
        parser = etree.HTMLParser(
            encoding="utf-8",
            no_network=True,
            recover=True,
            huge_tree=huge,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError:  # nothing but white space
            return None
        if root is None:
            return None
        if not any(_GAVE_UP.search(f"{e.type_name} {e.message}") for e in parser.error_log):
            return root
    return None


#: A start tag, with quotes that hold its end. The parser's time grows with the square of the number
#: of attributes; those of a tag that no one wrote are dropped.
_START_TAG = re.compile(r"""<[A-Za-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+""")
_NAME = re.compile(r"<[A-Za-z][\w:-]{0,40}")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_MOST_IN_TAG = 5_000  # characters that are not values


def _bare(tag: re.Match[str]) -> str:
    """A start tag, without its attributes where there are too many."""
    few = len(tag[0]) <= _MOST_IN_TAG or len(_QUOTED.sub("", tag[0])) <= _MOST_IN_TAG
    return tag[0] if few else _NAME.findall(tag[0])[0]


#: What libxml2 says when it stops before the end; newer versions have a type for it.
_GAVE_UP = re.compile(r"RESOURCE_LIMIT|Excessive depth|Huge input|size limit exceeded")

#: Tags, comments and the like. Each branch ends where the next one may start: time is linear.
_TAG = re.compile(r"<!--|</?([A-Za-z][A-Za-z0-9]*)[^<>]*>|<![^<>]*>|<\?[^<>]*>")
_COMMENT_END = re.compile("-->")
_ENDS = {
    name: re.compile(f"</{name}", re.I)
    for name in ("script", "style", "template", "title", "textarea", "noscript")
}


def _crude(text: str) -> str:
    """Text without a tree, for pages nested too deep for the parser: tags cut out."""
    kept: list[str] = []
    at = 0
    while found := _TAG.search(text, at):
        kept.append(text[at : found.start()])
        name, at = (found[1] or "").lower(), found.end()
        if found[0] == "<!--":
            at = _after(text, _COMMENT_END, at)
        elif name in _ENDS and not found[0].startswith("</"):
            at = _after(text, _ENDS[name], at)
        elif name in BLOCKS or name == "br":
            kept.append("\0")
    kept.append(text[at:])
    blocks = (collapse(entities.unescape(block)) for block in "".join(kept).split("\0"))
    return "\n\n".join(block for block in blocks if block)


def _after(text: str, end: re.Pattern[str], at: int) -> int:
    """The place after an end mark; the end of the text where there is none."""
    found = end.search(text, at)
    return found.end() if found else len(text)

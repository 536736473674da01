"""Wikitext as text: tags, templates and links resolved in one pass, then blocks as Markdown.

Own code, without recursion: innermost brackets are resolved first, and what stands around them sees
only the text that they leave. What is dropped leaves a mark, so that brackets and commas that lost
their contents with it can go, too, while （、） in a text about punctuation stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from corpuskit.readers.wiki.blocks import to_markdown
from corpuskit.readers.wiki.marks import EQUALS, GONE, HELD
from corpuskit.readers.wiki.tags import held, without_tags
from corpuskit.readers.wiki.templates import Call, Rule, function, resolved

#: Brackets within brackets that are looked into; MediaWiki stops at 40 templates.
_DEEPEST = 100

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TOKEN = re.compile(r"\{\{+|\}\}+|\[\[|\]\]+|\|")
_SWITCH = re.compile(
    "__(?:[A-Z]{3,20}|目次|目次強制|目次非表示|節編集非表示|ギャラリー非表示|索引許可|索引拒否|隠しカテゴリ)__"
)
_LANGUAGE_LINK = re.compile(r"(?:[a-z]{2,3}|simple|be-x-old|[a-z]{2,3}-[a-z-]{2,12}) *:")
_URL_LINK = re.compile(
    r"\[(?:(?:https?|ftps?|ircs?|news|gopher)://|//|mailto:)[^\s\[\]<>\x03]{1,2000}"
    r"(?:[ \t\u3000]+([^\]\n]{0,2000}))?\]",
    re.I,
)
_QUOTES = re.compile("''+")

#: Separators that stand beside something that was dropped.
_EMPTY = re.compile(rf"[（(［\[〔「『〈《]([\s　、，,;；・:：/／\-–—{GONE}]*)[）)］\]〕」』〉》]")
_AFTER_OPEN = re.compile(rf"([（(［〔])[ 　、，,;；:：]*{GONE}[ 　{GONE}、，,;；・:：]*")
_BEFORE_CLOSE = re.compile(
    rf"(?<![ 　{GONE}、，,;；・:：/])([ 　{GONE}、，,;；・:：/]++)(?=[）)］〕])"
)
_DOUBLED = re.compile(rf"([、，,;；])[ 　]*{GONE}[ 　{GONE}]*[、，,;；]|(。){GONE}+。")


@dataclass(frozen=True, slots=True)
class Wiki:
    """What of a wiki its texts depend on.

    Attributes:
        files: lower-case names of the namespaces of files and media.
        categories: those of categories.
        templates: rules of the recipe by lower-case name.
        keep_ruby: readings in brackets after their base.
    """

    files: frozenset[str] = frozenset(("file", "image", "media", "ファイル", "画像", "メディア"))
    categories: frozenset[str] = frozenset(("category", "カテゴリ"))
    templates: Mapping[str, Rule] = field(default_factory=dict)
    keep_ruby: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """A page's text as Markdown, and its categories in order."""

    text: str
    categories: tuple[str, ...] = ()


def article(source: str, wiki: Wiki, page: str = "") -> Article:
    """A page.

    Args:
        source: its wikitext.
        wiki: the wiki's namespaces and rules.
        page: its title.
    """
    protected = held(_CONTROL.sub("", source.replace("\r\n", "\n")))
    resolver = _Resolver(wiki, page)
    text = _SWITCH.sub("", resolver.resolve(protected.text))
    text = without_tags(text, keep_ruby=wiki.keep_ruby)
    text = _URL_LINK.sub(lambda link: link[1] or GONE, text)
    if "''" in text:
        text = _QUOTES.sub(lambda run: "'" * _apostrophes(len(run[0])), text)
    if GONE in text:
        text = tidied(text)

    def finished(part: str) -> str:
        if "&" in part:
            part = unescape(part)
        return protected.restored(part) if HELD in part else part

    return Article(to_markdown(text, finished), tuple(dict.fromkeys(resolver.categories)))


def _apostrophes(run: int) -> int:
    """How many of a run of apostrophes are letters: 2, 3 and 5 are italic, bold and both."""
    return {2: 0, 3: 0, 4: 1, 5: 0}.get(run, run - 5)


def tidied(text: str) -> str:
    """Text without the marks of what was dropped, and without brackets and commas it emptied."""
    for _ in range(3):  # brackets within brackets
        before = text
        text = _EMPTY.sub(lambda found: GONE if GONE in found[1] else found[0], text)
        if text == before:
            break
    text = _DOUBLED.sub(r"\1\2", text)
    text = _AFTER_OPEN.sub(r"\1", text)
    text = _BEFORE_CLOSE.sub(lambda run: "" if GONE in run[1] else run[1], text)
    return text.replace(GONE, "")


@dataclass(slots=True)
class _Frame:
    """An open bracket: how many signs opened it, and its parts as pieces of text."""

    opened: str
    parts: list[list[str]] = field(default_factory=lambda: [[]])

    def flat(self) -> str:
        """Its contents as they stand."""
        return "|".join(map("".join, self.parts))


class _Resolver:
    """Resolves templates and links, innermost first."""

    def __init__(self, wiki: Wiki, page: str) -> None:
        self._wiki, self._page = wiki, page
        self.categories: list[str] = []
        self._stack: list[_Frame] = []
        self._braces = 0

    def resolve(self, text: str) -> str:
        """The whole text; brackets without a partner go."""
        self._stack = [_Frame("")]
        at = 0
        for token in _TOKEN.finditer(text):
            if token.start() > at:
                self._add(text[at : token.start()])
            at = token.end()
            self._token(token[0])
        self._add(text[at:])
        while len(self._stack) > 1:
            self._give_up()
        return self._stack[0].flat().replace(EQUALS, "=")

    def _add(self, piece: str) -> None:
        self._stack[-1].parts[-1].append(piece)

    def _token(self, token: str) -> None:
        top = self._stack[-1]
        if token == "|":
            if top.opened:
                top.parts.append([])
            else:
                self._add("|")
        elif token[0] in "{[":
            self._open(token)
        elif token[0] == "]":
            self._close_links(len(token))
        else:
            self._close_braces(len(token))

    def _open(self, token: str) -> None:
        if len(self._stack) > _DEEPEST:
            self._add(GONE)
            return
        self._stack.append(_Frame(token))
        self._braces += token[0] == "{"

    def _give_up(self) -> None:
        """The innermost bracket has no partner: its contents stand in the one around it."""
        frame = self._stack.pop()
        self._braces -= frame.opened[0] == "{"
        self._add(GONE + frame.flat())

    def _close_links(self, count: int) -> None:
        while count >= 2:
            top = self._stack[-1]
            last = "".join(top.parts[-1][-1:])
            if last.rfind("[") > last.rfind("]"):  # of [http://… label] within or around a link
                self._add("]")
                count -= 1
                continue
            if top.opened.startswith("["):
                self._stack.pop()
                self._add(self._link(["".join(part) for part in top.parts]).replace("=", EQUALS))
            else:
                self._add(GONE)
            count -= 2
        if count:
            self._add("]")

    def _close_braces(self, count: int) -> None:
        while count >= 2 and self._braces:
            while not self._stack[-1].opened.startswith("{"):
                self._give_up()
            frame = self._stack.pop()
            self._braces -= 1
            width = len(frame.opened)
            used = 3 if width >= 3 and count >= 3 else 2
            left = self._parameter(frame) if used == 3 else self._template(frame)
            count -= used
            left = left.replace("=", EQUALS)
            if width - used >= 2:
                self._stack.append(_Frame("{" * (width - used)))
                self._braces += 1
            elif width > used:
                self._add("{")
            self._add(left)
        if count == 1:
            self._add("}")

    def _parameter(self, frame: _Frame) -> str:
        """{{{name|default}}}: on a page of its own the default."""
        return "".join(frame.parts[1]) if len(frame.parts) > 1 else GONE

    def _template(self, frame: _Frame) -> str:
        name = "".join(frame.parts[0]).replace(GONE, "").strip()
        head, colon, argument = name.partition(":")
        if colon or len(frame.parts) == 1:
            rest = ["".join(part).strip() for part in frame.parts[1:]]
            left = function(head.strip().lower(), argument.strip(), rest, self._page)
            if left is not None:
                return left or GONE
        if colon and head.strip().lower() in ("template", "テンプレート"):
            name = argument
        left = resolved(self._call(name, frame.parts[1:]), self._wiki.templates)
        if not left.replace(GONE, "").strip(" \n"):
            return left if left.strip(GONE + " \n") else GONE
        return "\n" + left if left[0] in "*#:;" or left.startswith("{|") else left

    def _call(self, name: str, parts: list[list[str]]) -> Call:
        unnamed: list[str] = []
        named: dict[str, str] = {}
        for part in parts:
            key, equals, value = "".join(part).partition("=")
            if equals:
                named[key.strip()] = value.strip(" \t\n")
            else:
                unnamed.append(key.strip(" \t\n"))
        name = " ".join(name.replace("_", " ").split()).lower()
        return Call(name, unnamed, named, self._wiki.keep_ruby, self._page)

    def _link(self, parts: list[str]) -> str:
        target = parts[0].replace(GONE, "").strip()
        label = "|".join(parts[1:])
        space, colon, rest = target.partition(":")
        if colon and space:
            space = space.strip().lower()
            if space in self._wiki.files:
                return GONE
            if space in self._wiki.categories:
                self.categories.append(" ".join(rest.replace("_", " ").split()))
                return GONE
            if _LANGUAGE_LINK.match(target) and len(parts) == 1:
                return GONE  # the same article in another language
        if len(parts) == 1:
            return target.lstrip(":").replace("_", " ") if target.startswith(":") else parts[0]
        if label.strip():
            return label
        return re.sub(r" *[（(][^（）()]*[）)]$", "", rest or target)

"""Tags in wikitext: comments, notes and pictures go, code is held, HTML is resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from corpuskit.readers.html.text import words
from corpuskit.readers.wiki.marks import BLOCK, BREAK, GONE, HELD, HELD_END

#: Extension tags whose contents go, and those whose contents are no wikitext.
_DROPPED = words(
    "ref references gallery timeline imagemap inputbox templatestyles score mapframe maplink"
    " graph categorytree indicator hiero includeonly templatedata rss dynamicpagelist style script"
    " section languages translate_tvar"
)
_HELD = words("nowiki pre syntaxhighlight source math ce chem")
_START = re.compile(rf"<!--|<({'|'.join(sorted(_DROPPED | _HELD))})\b([^<>]*)>", re.I)
_COMMENT = "<!--"
_HELD_MARK = re.compile(rf"{HELD}{BLOCK}?(\d+){HELD_END}")


@dataclass(slots=True)
class Held:
    """Wikitext with places that are not to be looked into.

    Attributes:
        text: with marks for them.
        kept: what they are.
    """

    text: str = ""
    kept: list[str] = field(default_factory=list)

    def hold(self, content: str, *, block: bool = False) -> str:
        """A mark for a content."""
        self.kept.append(content)
        mark = f"{len(self.kept) - 1}{HELD_END}"
        return f"\n\n{HELD}{BLOCK}{mark}\n\n" if block else HELD + mark

    def restored(self, text: str) -> str:
        """A text with its held places put back."""
        return _HELD_MARK.sub(lambda mark: self.kept[int(mark[1])], text)


def held(source: str) -> Held:
    """Wikitext without comments, notes and pictures, and with code and formulas held."""
    found = Held()
    out: list[str] = []
    unclosed: set[str] = set()
    at = 0
    while start := _START.search(source, at):
        tag = (start[1] or _COMMENT).lower()
        out.append(source[at : start.start()])
        at = start.end()
        if tag != _COMMENT and start[2].rstrip().endswith("/"):
            out.append(GONE if tag in _DROPPED else "")
            continue
        end = None if tag in unclosed else _ENDS[tag].search(source, at)
        if end is None:
            unclosed.add(tag)
            at = _without_end(source, at, tag)
            continue
        content = source[at : end.start()]
        at = end.end()
        if tag == _COMMENT:
            at = _after_comment(source, start.start(), at)
            out.append(GONE)
        else:
            out.append(_content(found, tag, start[2], content))
    out.append(source[at:])
    found.text = "".join(out)
    return found


_ENDS = {
    tag: re.compile(rf"</{tag}\s*>" if tag != _COMMENT else "-->", re.I)
    for tag in (*_DROPPED, *_HELD, _COMMENT)
}


def _without_end(source: str, at: int, tag: str) -> int:
    """An open comment goes to the end, a note to the end of its line; of others only the tag."""
    if tag == _COMMENT:
        return len(source)
    if tag == "ref":
        end = source.find("\n", at)
        return len(source) if end < 0 else end
    return at


def _after_comment(source: str, start: int, end: int) -> int:
    """A comment that is alone on its line takes the line with it."""
    line = source.rfind("\n", 0, start) + 1
    after = source.find("\n", end)
    if after < 0 or source[end:after].strip(" \t") or source[line:start].strip(" \t"):
        return end
    return after + 1


def _content(found: Held, tag: str, attributes: str, content: str) -> str:
    if tag in _DROPPED:
        return GONE
    if tag in ("syntaxhighlight", "source"):
        content = content.strip("\n").rstrip()
        if "inline" in attributes.lower().split():
            return found.hold(content)
        return found.hold(f"```\n{content}\n```", block=True) if content else GONE
    if tag == "pre":
        content = unescape(content.replace("<nowiki>", "").replace("</nowiki>", ""))
        content = content.strip("\n").rstrip()
        return found.hold(content, block=True) if content else GONE
    if tag == "nowiki":
        return found.hold(unescape(content)) if content else ""
    formula = " ".join(content.split())
    if not formula:
        return GONE
    return found.hold(f"${formula}$" if tag == "math" else f"$\\ce{{{formula}}}$")


_SUPER = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUB = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SCRIPT = re.compile(r"<(sup|sub)\b[^<>]*>([^<>]{0,200})</\1\s*>", re.I)
_RUBY = re.compile(r"<rp\b[^<>]*>[^<>]*(?:</rp\s*>)?|<rt\b[^<>]*>([^<>]*)(?:</rt\s*>)?", re.I)
_HIDDEN = re.compile(
    r"<(span|div)\b[^<>]{0,300}?display\s*:\s*none[^<>]{0,300}>[^<>]*</\1\s*>", re.I
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b([^<>]*)>")
_INLINE = words(
    "abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q rb rbc rtc ruby rt rp s"
    " samp small span strike strong sub sup time tt u var wbr noinclude onlyinclude nowiki"
    " translate tvar caption colgroup col tbody thead tfoot a img math pre ref poem label ce chem"
)
_BLOCKS = words("p div center blockquote poem section address article aside dl")
_TABLES = {"table": "\n{{|{0}\n", "tr": "\n|-{0}\n", "td": "\n|{0}|", "th": "\n!{0}|"}


def without_tags(text: str, *, keep_ruby: bool) -> str:
    """Text whose HTML is resolved: line breaks and blocks stay, tables and lists are wikitext."""
    if "<" not in text:
        return text
    text = _SCRIPT.sub(_script, text)
    text = _RUBY.sub(lambda found: f"（{found[1]}）" if keep_ruby and found[1] else "", text)
    text = _HIDDEN.sub(GONE, text)
    lists: list[str] = []
    return _TAG.sub(lambda tag: _resolved(tag, lists), text)


def _script(found: re.Match[str]) -> str:
    """m<sup>2</sup> becomes m², where all characters have such a form."""
    table = _SUPER if found[1].lower() == "sup" else _SUB
    text = found[2].strip()
    return text.translate(table) if all(ord(character) in table for character in text) else found[2]


def _resolved(tag: re.Match[str], lists: list[str]) -> str:
    closing, name, attributes = bool(tag[1]), tag[2].lower(), tag[3].rstrip("/ ")
    if name == "br":
        return BREAK
    if name in _INLINE:
        return ""
    if name in ("ul", "ol"):
        return _list(name, closing, lists)
    if name == "li":
        return "" if closing else "\n" + ("".join(lists[-6:]) or "*") + " "
    if name in ("dd", "dt"):
        return "\n" if closing else "\n: "
    if name == "hr":
        return "\n\n"
    if name in _TABLES:
        if closing:
            return "\n|}\n" if name == "table" else ""
        return _TABLES[name].format(attributes.replace("|", " "))
    if len(name) == 2 and name[0] == "h" and name[1] in "123456":
        signs = "=" * int(name[1])
        return f" {signs}\n" if closing else f"\n{signs} "
    return "\n" if name in _BLOCKS else tag[0]


def _list(name: str, closing: bool, lists: list[str]) -> str:
    if not closing:
        lists.append("*" if name == "ul" else "#")
    elif lists:
        lists.pop()
    return "\n" if closing and not lists else ""

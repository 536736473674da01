"""Text of a patent: paragraphs, claims and tables under the headings that gazettes print."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from corpuskit.readers.layout import blocks, heading, table
from corpuskit.readers.xml.xmltext import attribute, flowed, inline
from corpuskit.readers.xmltree import Element, local

#: What gazettes print for the elements of both standards.
_HEADINGS = {
    "technicalfield": "技術分野",
    "backgroundart": "背景技術",
    "citationlist": "先行技術文献",
    "patentliterature": "特許文献",
    "patentcitationbag": "特許文献",
    "nonpatentliterature": "非特許文献",
    "npatliterature": "非特許文献",
    "nplcitationbag": "非特許文献",
    "summaryofinvention": "発明の概要",
    "inventionsummary": "発明の概要",
    "disclosure": "発明の開示",
    "techproblem": "発明が解決しようとする課題",
    "technicalproblem": "発明が解決しようとする課題",
    "techsolution": "課題を解決するための手段",
    "technicalsolution": "課題を解決するための手段",
    "advantageouseffects": "発明の効果",
    "descriptionofdrawings": "図面の簡単な説明",
    "drawingdescription": "図面の簡単な説明",
    "descriptionofembodiments": "発明を実施するための形態",
    "embodimentdescription": "発明を実施するための形態",
    "modeforinvention": "発明を実施するための形態",
    "bestmode": "発明を実施するための最良の形態",
    "embodimentsexample": "実施例",
    "embodimentexample": "実施例",
    "workingexample": "実施例",
    "industrialapplicability": "産業上の利用可能性",
    "referencesignslist": "符号の説明",
    "referencesignbag": "符号の説明",
    "referencetodepositedbiologicalmaterial": "受託番号",
    "sequencelisttext": "配列表フリーテキスト",
}
_UPPER = frozenset(
    {"techproblem", "technicalproblem", "techsolution", "technicalsolution", "advantageouseffects"}
    | {"patentliterature", "nonpatentliterature", "npatliterature"}
    | {"patentcitationbag", "nplcitationbag"}
)
#: Formulas and the like, which are pictures more often than not, and the label that is printed.
_LABELS = {"maths": "数", "chemistry": "化", "chemicalformulae": "化"} | {
    "mathematicalformulae": "数",
    "chemicalformula": "化",
    "mathematicalformula": "数",
    "tables": "表",
    "tableexternaldoc": "表",
    "tablebag": "表",
}
_TABLES = frozenset({"table", "oasistable"})
_PICTURES = frozenset({"img", "image", "figure", "drawings", "drawing"})
_PARAGRAPHS = frozenset({"p", "heading", "claimtext"})
_BREAK, _BLOCK = "\v", "\0"  # neither can be in XML


def name_of(element: Element) -> str:
    """An element's name without namespace, hyphens and capitals."""
    return local(element).replace("-", "").lower()


def section_text(section: Element, *, numbers: bool = False) -> str:
    """Abstract or description as Markdown.

    Args:
        section: the element.
        numbers: write 【0001】 before numbered paragraphs.
    """
    return blocks(_section(section, numbers))


def _section(section: Element, numbers: bool) -> Iterator[str]:
    walk = etree.iterwalk(section, events=("start", "end"))
    if not any(name_of(each) in _PARAGRAPHS for each in section.iter("{*}*")):
        yield _paragraph(section, "")
        return
    for event, element in walk:
        if event == "end" or element is section:
            continue
        name = name_of(element)
        if name in _HEADINGS:
            yield heading(4 if name in _UPPER else 3, _HEADINGS[name])
            if element.text and element.text.strip():
                yield flowed(element.text)
        elif name == "heading":
            yield heading(4, flowed(inline(element)))
            walk.skip_subtree()
        elif name in _PARAGRAPHS:
            yield _paragraph(element, _number(element) if numbers else "")
            walk.skip_subtree()
        elif block := _block(element, name):
            yield block
            walk.skip_subtree()
        elif name in _PICTURES or name == "inventiontitle":
            walk.skip_subtree()
        elif element.text and element.text.strip():
            yield flowed(element.text)


def _number(element: Element) -> str:
    number = attribute(element, "num") or attribute(element, "pNumber")
    return f"【{number}】" if number else ""


def claims_text(claims: Element) -> str:
    """Claims, each under its number."""
    parts: list[str] = []
    for at, claim in enumerate(
        (each for each in claims.iter("{*}*") if name_of(each) == "claim"), 1
    ):
        number = next((each for each in claim if name_of(each) == "claimnumber"), None)
        shown = flowed(inline(number)) if number is not None else ""
        shown = shown or attribute(claim, "num") or attribute(claim, "sequenceNumber") or str(at)
        texts = [each for each in claim if name_of(each) == "claimtext"]
        body = [_paragraph(each, "") for each in texts or [claim]]
        parts += [f"### 請求項{shown.lstrip('0') or shown}", *body]
    return blocks(parts) or section_text(claims)


def _paragraph(element: Element, number: str) -> str:
    """A paragraph: lines where the source breaks them; tables and formulas are blocks."""
    apart: list[str] = []

    def instead(node: Element, _: str) -> str | None:
        name = name_of(node)
        if name == "br":
            return _BREAK
        if name == "claimtext":
            apart.append(_nested(node))
            return _BLOCK
        if name in _PICTURES:
            return ""
        block = _block(node, name)
        if block:
            apart.append(block)
        return _BLOCK if block else None

    pieces = inline(element, replace=instead).split(_BLOCK)
    written = [_lines(number + pieces[0])]
    for block, piece in zip(apart, pieces[1:], strict=True):
        written += [block, _lines(piece)]
    return blocks(written)


def _nested(node: Element) -> str:
    """A claim's part within its text: one line, for deeper ones are rare."""
    return _lines(inline(node, replace=lambda each, _: _BREAK if name_of(each) == "br" else None))


def _lines(text: str) -> str:
    return "\n".join(filter(None, map(flowed, text.split(_BREAK))))


def _block(element: Element, name: str) -> str:
    """A table as Markdown; of a formula its label, and its text where it is not a picture."""
    if name in _TABLES:
        return _table(element)
    if name not in _LABELS:
        return ""
    number = attribute(element, "num") or attribute(element, "id") or ""
    number = "".join(filter(str.isdecimal, number)).lstrip("0")
    label = f"【{_LABELS[name]}{number}】"
    inner = next((each for each in element.iter("{*}*") if name_of(each) in _TABLES), None)
    if inner is not None:
        return f"{label}\n\n{_table(inner)}"
    text = flowed(inline(element, replace=_no_pictures))
    return f"{label}\n{text}" if text else label


def _no_pictures(node: Element, _: str) -> str | None:
    return "" if name_of(node) in _PICTURES else None


def _table(element: Element) -> str:
    """A table of the OASIS or HTML kind."""
    rows: list[list[str]] = []
    header = False
    for row in element.iter("{*}*"):
        if name_of(row) not in ("row", "tr"):
            continue
        parent = row.getparent()
        header = header or (not rows and parent is not None and name_of(parent) == "thead")
        cells = [each for each in row if name_of(each) in ("entry", "td", "th")]
        rows.append([_cell(each) for each in cells])
    return table(rows, header=header)


def _cell(element: Element) -> str:
    text = inline(element, replace=lambda each, _: _BREAK if name_of(each) == "br" else None)
    return _lines(text)

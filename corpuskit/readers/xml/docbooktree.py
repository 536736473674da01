"""Turns a DocBook tree into one of HTML, from which text and Markdown are made."""

from __future__ import annotations

from corpuskit.readers.xml.docbooksynopsis import SYNOPSES, synopsis
from corpuskit.readers.xmltree import Element, local


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECTIONS = _words(
    "set book part chapter appendix preface article section sect1 sect2 sect3 sect4 sect5"
    " simplesect reference refentry refsect1 refsect2 refsect3 refsection refsynopsisdiv partintro"
    " dedication acknowledgements colophon glossary glossdiv bibliography bibliodiv qandadiv topic"
    " classref exceptionref interfaceref enumref"
)
INFOS = _words(
    "info articleinfo bookinfo setinfo partinfo chapterinfo appendixinfo prefaceinfo sectioninfo"
    " sect1info sect2info sect3info sect4info sect5info referenceinfo refentryinfo refsect1info"
    " glossaryinfo bibliographyinfo objectinfo blockinfo"
)
_SILENT = _words(
    "indexterm anchor remark titleabbrev refmeta toc lot tocchap index include"
    " classsynopsisinfo co coref area areaspec areaset revhistory revision alt imageobject"
    " videoobject audioobject imagedata footnoteref beginpage annotation textdata refclass"
    " setindex imageobjectco"
)
_BLOCKS = _words(
    "para simpara formalpara bridgehead refpurpose refdescriptor attribution blockquote epigraph"
    " abstract legalnotice note warning caution important tip danger example informalexample figure"
    " informalfigure equation informalequation sidebar mediaobject caption varlistentry"
    " segmentedlist seglistitem seg qandaset qandaentry question answer glossentry"
    " biblioentry bibliomixed refnamediv programlistingco screenco highlights result"
    " task tasksummary titlepage msgset"
    " msgentry msg msgmain msgtext msgexplan productionset subtitle"
)
_TAGS = {
    "itemizedlist": "ul",
    "simplelist": "ul",
    "calloutlist": "ul",
    "orderedlist": "ol",
    "procedure": "ol",
    "substeps": "ol",
    "stepalternatives": "ul",
    "variablelist": "dl",
    "glosslist": "dl",
    "member": "li",
    "callout": "li",
    "step": "li",
    "term": "dt",
    "glossdef": "dd",
    "superscript": "sup",
    "subscript": "sub",
    "table": "table",
    "informaltable": "table",
    "row": "tr",
    "tr": "tr",
    "thead": "thead",
    "tbody": "tbody",
    "tfoot": "tfoot",
    "td": "td",
    "th": "th",
    "math": "math",
    "programlisting": "pre",
    "screen": "pre",
    "synopsis": "pre",
    "literallayout": "pre",
    "address": "pre",
}
_CODE = _words("programlisting screen synopsis")
_DEEPEST_HEADING = 6


def as_html(root: Element) -> Element:
    """The tree with elements of HTML in place of those of DocBook; it is changed in place."""
    builder = _Builder(list(root.iter("{*}*")))
    builder.build()
    return root


class _Builder:
    """Renames elements in document order, by the names that they had.

    Args:
        elements: all of a tree, in document order.
    """

    def __init__(self, elements: list[Element]) -> None:
        self._elements = elements
        self._names = {element: local(element) for element in elements}
        self._levels: dict[Element, int] = {}
        for element in elements:
            above = self._levels.get(element.getparent(), 0)
            self._levels[element] = above + (self._names[element] in SECTIONS)

    def build(self) -> None:
        """Rename all; the content of some elements goes or is written anew."""
        for element in self._elements:
            self._rename(element, self._names[element], self._above(element))

    def _above(self, element: Element) -> str:
        parent = element.getparent()
        return self._names.get(parent, "") if parent is not None else ""

    def _rename(self, element: Element, name: str, above: str) -> None:
        if name in INFOS:
            _keep_title(element)
        elif name in SYNOPSES:
            code = synopsis(element)
            _emptied(element, "pre")
            element.text, element.attrib["class"] = code, "code"
        elif name in _SILENT:
            _emptied(element, "span")
        elif name in ("title", "refname"):
            element.tag = self._title_tag(element, name, above)
        elif name == "listitem":
            element.tag = "dd" if above == "varlistentry" else "li"
        elif name == "entry":
            self._cell(element)
        elif name == "glossterm":
            element.tag = "dt" if above == "glossentry" else "span"
        elif name in ("quote", "footnote"):
            _marked(element, *("“”" if name == "quote" else "（）"))
        elif name in _TAGS:
            element.tag = _TAGS[name]
            if name in _CODE:
                element.attrib["class"] = "code"
        elif name in SECTIONS or name in _BLOCKS:
            element.tag = "span" if above == "footnote" else "div"
        else:
            element.tag = "span"

    def _title_tag(self, element: Element, name: str, above: str) -> str:
        """A heading, but for titles of tables, figures and notes."""
        if above in INFOS:
            above = self._above(element.getparent())
        if above in ("table", "informaltable"):
            return "caption"
        again = name == "refname" and next(element.itersiblings(preceding=True), None) is not None
        if (name == "refname" and not again) or above in SECTIONS:
            return f"h{min(_DEEPEST_HEADING, max(1, self._levels[element]))}"
        return "div"

    def _cell(self, element: Element) -> None:
        """A cell of the OASIS kind with the spans of HTML."""
        row = element.getparent()
        element.tag = "th" if self._above(row) == "thead" else "td"
        more = element.get("morerows") or ""
        if more.isdecimal() and len(more) < 4:
            element.attrib["rowspan"] = str(int(more) + 1)
        first, last = element.get("namest"), element.get("nameend")
        if first and last:
            across = _columns(next(row.iterancestors(), None), first, last)
            element.attrib["colspan"] = str(max(1, across))


def _keep_title(element: Element) -> None:
    """Of a section's information only its title is text."""
    for child in list(element):
        if local(child) != "title":
            element.remove(child)
    element.text, element.tag = None, "div"


def _marked(element: Element, start: str, stop: str) -> None:
    element.tag = "span"
    element.text = start + (element.text or "").lstrip()
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip() + stop
    else:
        element.text = element.text.rstrip() + stop


def _emptied(element: Element, tag: str) -> None:
    """Without content; what follows the element stays."""
    tail = element.tail
    element.clear()
    element.tail, element.tag = tail, tag


def _columns(part: Element | None, first: str, last: str) -> int:
    """How many columns lie from one to another, by their names."""
    group = part.getparent() if part is not None else None
    names = [each.get("colname") for each in group] if group is not None else []
    named = [name for name in names if name]
    return named.index(last) - named.index(first) + 1 if {first, last} <= set(named) else 1

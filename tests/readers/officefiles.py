"""Office files made for tests: just the parts that a reader needs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
VML = "urn:schemas-microsoft-com:vml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "svg": "svg-compatible",
        "presentation": "presentation",
        "meta": "meta",
    }.items()
)
PROPERTIES = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title>'
    "<dc:creator>髙橋</dc:creator><dcterms:created>2020-04-01T00:00:00Z</dcterms:created>"
    "<dcterms:modified>2021-04-01T00:00:00Z</dcterms:modified></cp:coreProperties>"
)


def zipped(parts: Mapping[str, str | bytes], first: str = "") -> bytes:
    """A zip file of parts; `first` is the content of a stored member ``mimetype``."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        if first:
            box.writestr("mimetype", first, zipfile.ZIP_STORED)
        for name, data in parts.items():
            box.writestr(name, data)
    return made.getvalue()


def relations(**targets: tuple[str, str]) -> str:
    """Relationships: id to kind and target."""
    rows = (
        f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(rows)}</Relationships>'


def docx(body: str, title: str = "", **parts: str) -> bytes:
    """A Word document. `parts`: styles, numbering, footnotes as the content of their root."""
    spaces = (
        f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="{MC}" xmlns:m="{M}" xmlns:wps="{WPS}" '
        f'xmlns:v="{VML}"'
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(
            r1=("officeDocument", "word/document.xml"), r2=("core-properties", "docProps/core.xml")
        ),
        "docProps/core.xml": PROPERTIES.format(title=title),
        "word/document.xml": f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            **{f"r{name}": (name, f"{name}.xml") for name in parts}
        ),
    }
    for name, content in parts.items():
        members[f"word/{name}.xml"] = f"<w:{name} {spaces}>{content}</w:{name}>"
    return zipped(members)


def p(text: str, properties: str = "") -> str:
    """A Word paragraph of one run."""
    return (
        f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"
    )


def odf(kind: str, body: str, styles: str = "", meta: str = "") -> bytes:
    """An OpenDocument file of a kind: text, presentation, spreadsheet."""
    content = (
        f"<office:document-content {_ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    about = (
        f'<office:document-meta {_ODF} xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<office:meta>{meta}</office:meta></office:document-meta>"
    )
    return zipped(
        {"content.xml": content, "meta.xml": about},
        first=f"application/vnd.oasis.opendocument.{kind}",
    )


def xlsx(
    sheets: Mapping[str, str], shared: str = "", styles: str = "", drawing: str = "", **hidden: str
) -> bytes:
    """A workbook: sheets by name as the rows of ``sheetData`` and what follows them."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="s{at}"'
        f"{' state=' + chr(34) + hidden[name] + chr(34) if name in hidden else ''}/>"
        for at, name in enumerate(names, 1)
    )
    targets = {
        f"s{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)
    }
    targets["ss"] = ("sharedStrings", "sharedStrings.xml")
    targets["st"] = ("styles", "styles.xml")
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(
            r1=("officeDocument", "xl/workbook.xml"), r2=("core-properties", "docProps/core.xml")
        ),
        "docProps/core.xml": PROPERTIES.format(title="台帳"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": relations(**targets),
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
    }
    for at, rows in enumerate(sheets.values(), 1):
        members[f"xl/worksheets/sheet{at}.xml"] = f'<worksheet xmlns="{S}">{rows}</worksheet>'
    if drawing:
        members["xl/worksheets/_rels/sheet1.xml.rels"] = relations(
            d1=("drawing", "../drawings/drawing1.xml")
        )
        members["xl/drawings/drawing1.xml"] = (
            f'<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{A}" xmlns:mc="{MC}">{drawing}</xdr:wsDr>'
        )
    return zipped(members)


def rows(cells: Mapping[str, str | float], merged: str = "") -> str:
    """``sheetData`` of cells by place, and merged ranges."""
    found: dict[int, list[str]] = {}
    for place, value in cells.items():
        number = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if isinstance(value, str):
            cell = f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        else:
            cell = f'<c r="{place}"><v>{value}</v></c>'
        found.setdefault(number, []).append(cell)
    data = "".join(f'<row r="{at}">{"".join(found[at])}</row>' for at in sorted(found))
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged.split())
    return f"<sheetData>{data}</sheetData>" + (
        f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
    )


def pptx(slides: list[str], notes: Mapping[int, str] | None = None, show: str = "") -> bytes:
    """A presentation of slides as the content of their shape trees, listed from last to first."""
    notes = notes or {}
    spaces = f'xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}" xmlns:mc="{MC}"'
    order = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{255 + at}" r:id="s{at}"/>' for at in order)
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(
            r1=("officeDocument", "ppt/presentation.xml"),
            r2=("core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": PROPERTIES.format(title="PowerPoint プレゼンテーション"),
        "ppt/presentation.xml": (
            f"<p:presentation {spaces}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"s{at}": ("slide", f"slides/slide{len(slides) + 1 - at}.xml") for at in order}
        ),
        "ppt/slideLayouts/slideLayout1.xml": (
            f"<p:sldLayout {spaces}><p:cSld><p:spTree>"
            + shape("クリックしてタイトルを入力", "title")
            + shape("本文", "body", 'idx="1"')
            + "</p:spTree></p:cSld></p:sldLayout>"
        ),
    }
    for at, tree in zip(order, slides, strict=True):
        name = f"slide{len(slides) + 1 - at}.xml"
        shown = f' show="{show}"' if show and at == len(slides) else ""
        members[f"ppt/slides/{name}"] = (
            f"<p:sld {spaces}{shown}><p:cSld><p:spTree>{tree}</p:spTree></p:cSld></p:sld>"
        )
        targets = {"l": ("slideLayout", "../slideLayouts/slideLayout1.xml")}
        if at in notes:
            targets["n"] = ("notesSlide", f"../notesSlides/notes{at}.xml")
            spoken = shape(notes[at], "body", 'idx="1"')
            members[f"ppt/notesSlides/notes{at}.xml"] = (
                f"<p:notes {spaces}><p:cSld><p:spTree>{spoken}"
                f"{shape('7', 'sldNum')}</p:spTree></p:cSld></p:notes>"
            )
        members[f"ppt/slides/_rels/{name}.rels"] = relations(**targets)
    return zipped(members)


def shape(text: str, kind: str | None = None, more: str = "", place: str = "") -> str:
    """A shape on a slide; lines are paragraphs, tabs before a line its level."""
    holder = f'<p:ph type="{kind}" {more}/>' if kind is not None else ""
    paragraphs = ""
    for line in text.split("\n"):
        level = len(line) - len(line.lstrip("\t"))
        paragraphs += (
            f'<a:p><a:pPr lvl="{level}"/><a:r><a:t>{line.lstrip(chr(9))}</a:t></a:r></a:p>'
        )
    frame = ""
    if place:
        left, top, width, height = place.split()
        frame = f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:spPr>{frame}</p:spPr>"
        f"<p:txBody>{paragraphs}</p:txBody></p:sp>"
    )


def saved(folder: Path, name: str, data: bytes) -> Path:
    """The file on disk."""
    path = folder / name
    path.write_bytes(data)
    return path

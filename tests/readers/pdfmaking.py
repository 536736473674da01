"""Makes small PDFs for tests: fonts that are not embedded, text and lines where they are wanted."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from corpuskit.readers.pdf.reader import Pdf
from tests.readers.reading import Rows, in_memory, read

#: Horizontal and vertical Japanese by UTF-16, Latin, Shift_JIS, and a font without a character map.
FONTS = {"H": "UniJIS-UTF16-H", "V": "UniJIS-UTF16-V", "S": "90ms-RKSJ-H"}
A4 = (595, 842)


def text(x: float, y: float, words: str, size: float = 10, font: str = "H", turn: str = "") -> str:
    """A line of text at (x, y) from the bottom left; `turn` is the matrix of a turned one."""
    where = f"{turn or '1 0 0 1'} {x} {y} Tm"
    return f"BT /{font} {size} Tf {where} {_string(words, font)} Tj ET"


def _string(words: str, font: str) -> str:
    if font in ("H", "V"):
        return f"<{words.encode('utf-16-be').hex()}>"
    if font == "S":
        return f"<{words.encode('cp932').hex()}>"
    if font == "X":
        return f"<{''.join(f'{ord(c):04x}' for c in words)}>"
    return "(" + words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


def lines(x: float, y: float, texts: Sequence[str], size: float = 10, font: str = "H") -> str:
    """Lines one below the other."""
    return "\n".join(text(x, y - at * size * 1.6, t, size, font) for at, t in enumerate(texts))


def rules(xs: Sequence[float], ys: Sequence[float]) -> str:
    """A grid of lines."""
    flat = [f"{xs[0]} {y} m {xs[-1]} {y} l S" for y in ys]
    steep = [f"{x} {ys[0]} m {x} {ys[-1]} l S" for x in xs]
    return "\n".join(flat + steep)


def picture(x: float = 0, y: float = 0, wide: float = 500, high: float = 700) -> str:
    """A grey picture."""
    return f"q {wide} 0 0 {high} {x} {y} cm /Im Do Q"


def pdf(*pages: str, info: str = "", page: str = "", trailer: str = "") -> bytes:
    """A PDF of these pages.

    Args:
        pages: content of each page.
        info: entries of the document information.
        page: entries of each page, such as ``/Rotate 90``; the default is A4 upright.
        trailer: entries of the trailer.
    """
    box = "" if "MediaBox" in page else f"/MediaBox [0 0 {A4[0]} {A4[1]}]"
    first = 10
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: _resources(),
        4: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /FontDescriptor 5 0 R >>",
        5: b"<< /Type /FontDescriptor /FontName /HeiseiMin-W3 /Flags 6 /FontBBox [0 -120 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>",
        6: _stream(bytes(64), "/Type /XObject /Subtype /Image /Width 8 /Height 8 "
                   "/ColorSpace /DeviceGray /BitsPerComponent 8"),
        7: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Nameless /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R >>",
        8: f"<< {info} >>".encode("latin-1"),
        9: _stream(_PRIVATE, ""),
    }  # fmt: skip
    for at, content in enumerate(pages):
        objects[first + 2 * at] = (
            f"<< /Type /Page /Parent 2 0 R /Resources 3 0 R {box} {page} "
            f"/Contents {first + 2 * at + 1} 0 R >>"
        ).encode()
        objects[first + 2 * at + 1] = _stream(content.encode("latin-1"), "")
    return _file(objects, trailer)


#: Maps two-byte codes to the private use area, as some producers do.
_PRIVATE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /P def
1 begincodespacerange <0000> <ffff> endcodespacerange
1 beginbfrange <0000> <00ff> <e100> endbfrange
endcmap end end"""


def _resources() -> bytes:
    fonts = [
        f"/{name} << /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /{cmap} "
        "/DescendantFonts [4 0 R] >>"
        for name, cmap in FONTS.items()
    ]
    fonts.append("/L << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    fonts.append(
        "/X << /Type /Font /Subtype /Type0 /BaseFont /Nameless /Encoding /Identity-H "
        "/DescendantFonts [7 0 R] /ToUnicode 9 0 R >>"
    )
    return f"<< /Font << {' '.join(fonts)} >> /XObject << /Im 6 0 R >> >>".encode()


def _stream(data: bytes, entries: str) -> bytes:
    packed = zlib.compress(data)
    head = f"<< {entries} /Length {len(packed)} /Filter /FlateDecode >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def _file(objects: dict[int, bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start, count = len(out), max(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n".encode()
    for number in range(1, count):
        out += f"{places.get(number, 0):010d} 00000 {'n' if number in places else 'f'} \n".encode()
    out += f"trailer\n<< /Size {count} /Root 1 0 R /Info 8 0 R {trailer} >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


def rows(data: bytes, **options: Any) -> Rows:
    return read(Pdf(Pdf.Params(**options)), in_memory(data, "文書.pdf"))


def only(data: bytes, **options: Any) -> str:
    found = rows(data, **options)
    assert not found.problems
    return "\n=====\n".join(found.texts)


def filler(count: int, first: str = "") -> list[str]:
    """Lines of the same length, each of its own words."""
    return [f"{first}{at:02d}番目の行は段の幅いっぱいに続いている文" for at in range(count)]


def book(numbers: list[str], head: str = "第２版　取扱説明書", font: str = "L") -> bytes:
    pages = []
    for at, number in enumerate(numbers):
        body = lines(60, 700, [f"{word}の頁の本文である。" for word in ("いろは"[at % 3], number)])
        pages.append(text(60, 800, head, 8) + body + text(280, 30, number, font=font))
    return pdf(*pages)

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter

import pytest

from corpuskit.readers.epub.reader import Epub, EpubParams

from .reading import Rows, about, in_memory, read, shared

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
OPF = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:title id="s">副題</dc:title><dc:title id="t">霧の渡し場</dc:title>
<meta refines="#t" property="title-type">main</meta>
<dc:creator id="a">架空太郎</dc:creator><dc:creator>架空次郎</dc:creator>
<dc:creator id="b">絵かき</dc:creator><meta refines="#b" property="role">ill</meta>
<dc:contributor>入力者</dc:contributor><dc:publisher>架空書房</dc:publisher>
<dc:language>ja</dc:language><dc:date>2020-01-02</dc:date>
<dc:rights>https://creativecommons.org/licenses/by/4.0/ による</dc:rights>
<dc:identifier>urn:isbn:1</dc:identifier><dc:subject>小説</dc:subject>
<meta property="dcterms:modified">2021-03-04T00:00:00Z</meta>
</metadata>
<manifest>
<item id="c" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="text/%E4%BA%8C.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml#top" media-type="application/xhtml+xml"/>
<item id="p" href="p.svg" media-type="image/svg+xml"/>
<item id="x" href="unused.xhtml" media-type="application/xhtml+xml"/>
</manifest>
<spine page-progression-direction="rtl"><itemref idref="c"/><itemref idref="n"/>
<itemref idref="one"/><itemref idref="p"/><itemref idref="two"/><itemref idref="none"/></spine>
</package>"""
XHTML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
    "<head><title>頭の題</title></head><body{}>{}</body></html>"
)
ONE = XHTML.format(
    "",
    "<h2><ruby>一<rt>いち</rt></ruby></h2><p><ruby>霧<rp>（</rp><rt>きり</rt><rp>）</rp></ruby>の"
    '<span epub:type="pagebreak">12</span>中を\n急いだ。<img class="gaiji" alt="髙" src="g.png"/>'
    '々<img alt="挿絵の説明" src="i.png"/>か\u3099ｶﾞ①㈱︒𠮷<a id="x"/></p>',
)
TWO = XHTML.format("", "<p>二つめ。</p>")


def book(**changed: str | bytes | None) -> bytes:
    files: dict[str, str | bytes | None] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": OPF,
        "OPS/cover.xhtml": XHTML.format(' epub:type="cover"', "<p>表紙の字</p>"),
        "OPS/nav.xhtml": XHTML.format("", "<nav><ol><li>目次</li></ol></nav>"),
        "OPS/text/one.xhtml": ONE,
        "OPS/text/二.xhtml": TWO,
        "OPS/unused.xhtml": XHTML.format("", "<p>使われない</p>"),
        **changed,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in files.items():
            if data is not None:
                stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                box.writestr(name, data, compress_type=stored)
    return packed.getvalue()


def of(data: bytes, **params: str) -> Rows:
    return read(Epub(EpubParams(**params)), in_memory(data, "a.epub"))  # type: ignore[arg-type]


TEXT = "## 一\n\n霧の中を急いだ。髙々か\u3099ｶﾞ①㈱︒𠮷"


def test_a_book_is_a_document() -> None:
    found = of(book())
    assert found.texts == [TEXT + "\n\n二つめ。"]
    assert found.skipped == Counter({"cover": 1, "nav": 1, "media": 1})
    assert found.errors == []
    row = found.records[0]
    assert (row["title"], row["locator"]) == ("霧の渡し場", "file")
    known = about(row)
    assert known.pop("encoding_confidence") > 0.9
    assert known == {
        "author": "架空太郎、架空次郎",
        "published": "2020-01-02",
        "modified": "2021-03-04T00:00:00Z",
        "language": "ja",
        "license_link": "https://creativecommons.org/licenses/by/4.0/",
        "encoding": "utf-8",
        "replaced": 0,
        "contributors": ["絵かき", "入力者"],
        "publisher": "架空書房",
        "rights": "https://creativecommons.org/licenses/by/4.0/ による",
        "identifier": "urn:isbn:1",
        "subjects": ["小説"],
    }


def test_sections() -> None:
    found = of(book(), per="section")
    assert found.texts == [TEXT, "二つめ。"]
    assert [row["locator"] for row in found.records] == ["section 3", "section 5"]
    assert [row["title"] for row in found.records] == ["一", "頭の題"]
    assert about(found.records[0])["book"] == "霧の渡し場"


def test_readings_can_be_kept() -> None:
    assert of(book(), ruby="keep").texts[0].startswith("## 一（いち）\n\n霧（きり）の中を")


def test_epub_2() -> None:
    opf = """<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
    <dc:title>題</dc:title><dc:creator opf:role="trl">訳者</dc:creator>
    <dc:creator opf:role="aut">著者</dc:creator><dc:date opf:event="creation">2001</dc:date>
    <dc:date opf:event="publication">2002</dc:date></metadata><manifest>
    <item id="c" href="cover.xhtml" media-type="application/xhtml+xml"/>
    <item id="1" href="text/one.xhtml" media-type="application/xhtml+xml"/></manifest>
    <spine><itemref idref="c"/><itemref idref="1"/></spine>
    <guide><reference type="cover" href="cover.xhtml"/></guide></package>"""
    found = of(book(**{"OPS/book.opf": opf, "OPS/cover.xhtml": XHTML.format("", "<p>表紙</p>")}))
    assert (found.texts, found.skipped) == ([TEXT], Counter({"guide": 1}))
    known = about(found.records[0])
    assert (known["author"], known["contributors"]) == ("著者", ["訳者"])
    assert known["published"] == "2002"


def test_pages_that_are_no_xml_are_read_as_html() -> None:
    broken = "<html><head><title>x<body><p>一&nbsp;二<br>三<p>四"
    entity = XHTML.format("", "<p>五&nbsp;六</p>")
    found = of(book(**{"OPS/text/one.xhtml": broken, "OPS/text/二.xhtml": entity}))
    assert found.texts[0].endswith("五\u00a0六")
    assert found.errors == []


def test_utf16_pages() -> None:
    page = TWO.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    found = of(book(**{"OPS/text/二.xhtml": page.encode("utf-16")}))
    assert found.texts[0].endswith("二つめ。")


ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
    ' xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
    '<e:EncryptionMethod Algorithm="{}"/><e:CipherData><e:CipherReference URI="{}"/>'
    "</e:CipherData></e:EncryptedData></encryption>"
)


def test_protected_books_are_a_problem_and_garbled_fonts_are_none() -> None:
    aes = ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/text/one.xhtml")
    assert of(book(**{"META-INF/encryption.xml": aes})).errors == [("file", "encrypted")]
    fonts = ENCRYPTION.format("http://www.idpf.org/2008/embedding", "OPS/text/one.xhtml")
    assert of(book(**{"META-INF/encryption.xml": fonts})).errors == []
    picture = ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/i.png")
    assert of(book(**{"META-INF/encryption.xml": picture})).errors == []


def test_what_is_missing_or_broken() -> None:
    found = of(book(**{"OPS/text/one.xhtml": None}))
    assert (found.texts, found.errors) == (["二つめ。"], [("section 3", "missing_member")])
    assert of(book(**{"META-INF/container.xml": None})).texts == of(book()).texts
    none = book(**{"META-INF/container.xml": None, "OPS/book.opf": None})
    assert of(none).errors == [("file", "not_epub")]
    assert of(book(**{"OPS/book.opf": "<package/>"})).errors == [("file", "not_epub")]
    assert of(book(**{"OPS/book.opf": "kein XML"})).errors == [("file", "broken_xml")]
    assert of(book()[:-40]).errors == [("file", "broken_zip")]
    assert of(b"").errors == [("file", "broken_zip")]


def test_deep_pages_are_a_problem_of_their_own() -> None:
    deep = XHTML.format("", "<div>" * 250 + "x" + "</div>" * 250)
    found = of(book(**{"OPS/text/one.xhtml": deep}))
    assert found.texts == ["二つめ。"]
    assert found.errors == [("section 3", "too_deep")]


def test_flipped_bits_raise_nothing() -> None:
    data = bytearray(book())
    for at in range(0, len(data), 23):
        data[at] ^= 0x55
        found = of(bytes(data))
        assert found.records or found.problems or found.skipped
        data[at] ^= 0x55


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (book()[:4096], "a.zip", 2),
        (book(mimetype=None)[:4096], "a.epub", 2),
        (book(mimetype=None)[:4096], "a.zip", 0),
        (b"", "a.epub", 1),
        (b"text", "a.txt", 0),
    ],
)
def test_recognises(head: bytes, name: str, sure: int) -> None:
    assert Epub.recognises(head, name) == sure


def test_real_vertical_books() -> None:
    folder = shared("fixtures")
    books: dict[str, dict[str, bytes]] = {}
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[0] == "epub_src_vertical":
                name, _, member = row[3].partition("/30/")[2].partition("/")
                books.setdefault(name, {})[member] = (folder / row[1]).read_bytes()
    assert len(books) == 3
    for files in books.values():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as box:
            for name, data in {"mimetype": b"application/epub+zip", **files}.items():
                box.writestr(name, data)
        found = of(packed.getvalue())
        assert found.errors == []
        assert found.skipped == Counter({"cover": 1, "nav": 1})
        row = found.records[0]
        assert (row["title"], row["author"], row["language"]) == ("草枕", "夏目 漱石", "ja-jp")
        assert row["text"].startswith("## 一\n\n山路を登りながら、こう考えた。")
        assert "情に棹させば流される" in row["text"]

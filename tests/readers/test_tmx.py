from __future__ import annotations

from typing import Any

import pytest

from corpuskit.readers.xml.tmx import Tmx, TmxParams

from .reading import Rows, about, in_memory, read, shared

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" srclang="en-US" datatype="html"/><body>
<tu tuid="a1" changedate="20980101T000000Z"><prop type="x">注記</prop>
<tuv xml:lang="en-US"><seg>Hello <bpt i="1">&lt;b&gt;</bpt>world<ept i="1">&lt;/b&gt;</ept></seg
></tuv>
<tuv xml:lang="ja-JP" changedate="20990101T000000Z"><seg>佐々木<bpt i="1">&lt;b&gt;</bpt>と
<hi>𠮷野</hi><ept i="1">&lt;/b&gt;</ept>の㈱①髙﨑<ph>{0}</ph>、㎡とm²、10⁵</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Two</seg></tuv><tuv lang="JA"><seg>ｶﾅとか\u3099︒<t0/></seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Three</seg></tuv><tuv xml:lang="fr"><seg>Trois</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Four</seg></tuv><tuv xml:lang="ja"><seg> </seg></tuv></tu>
</body></tmx>"""


def found(tmx: str | bytes, **options: Any) -> Rows:
    data = tmx if isinstance(tmx, bytes) else tmx.encode()
    return read(Tmx(TmxParams(**options)), in_memory(data, "a.tmx"))


def test_segments_of_a_file() -> None:
    rows = found(TMX)
    assert rows.texts == ["佐々木と\n𠮷野の㈱①髙﨑、㎡とm²、10⁵\nｶﾅとか\u3099︒"]
    assert rows.skipped == {"other_language": 1, "untranslated": 1}
    assert about(rows.records[0]) == {
        "language": "ja-JP",
        "source_language": "en-US",
        "entries": 2,
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }


def test_each_unit_alone() -> None:
    rows = found(TMX, per="entry")
    assert [row["locator"] for row in rows.records] == ["unit 1", "unit 2"]
    known = about(rows.records[0])
    assert known["original"] == "Hello world"
    assert known["modified"] == "20990101T000000Z"
    assert known["id"] == "a1"
    assert [row["language"] for row in rows.records] == ["ja-JP", "JA"]


def test_the_language_is_an_option() -> None:
    assert found(TMX, language="en").texts == ["Hello world\nTwo\nThree\nFour"]
    assert found(TMX, language="en-US").texts == ["Hello world"]
    rows = found(TMX, language="de")
    assert rows.errors == [("file", "no_text")]
    assert rows.skipped == {"other_language": 4}


def test_codes_of_omegat_are_no_text() -> None:
    text = "注<t0/>意<g1>する</g1>&lt;表1&gt; &lt;b12/&gt;"
    text = text.replace("<t0/>", "&lt;t0/&gt;").replace("<g1>", "").replace("</g1>", "")
    tmx = (
        '<tmx><header creationtool="{}"/><body><tu><tuv xml:lang="ja"><seg>'
        + text
        + "</seg></tuv></tu></body></tmx>"
    )
    assert found(tmx.format("OmegaT")).texts == ["注意する<表1> "]
    assert found(tmx.format("other")).texts == ["注<t0/>意する<表1> <b12/>"]


def test_utf16() -> None:
    tmx = TMX.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    rows = found(tmx.encode("utf-16"))
    assert rows.texts == found(TMX).texts
    assert rows.records[0]["encoding"] == "utf-16-le"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "broken_xml"),
        (TMX.encode()[:-20], "broken_xml"),
        (b"<a/>", "no_tmx"),
        (b"<tmx/>", "no_text"),
        (b"<tmx>" + b"<tu>" * 400 + b"</tu>" * 400 + b"</tmx>", "too_deep"),
        (bytes(range(256)) * 4, "undecodable"),
    ],
)
def test_what_can_not_be_read_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors == [("file", error)]


def test_it_is_recognised_by_its_root() -> None:
    assert Tmx.recognises(TMX.encode(), "a.xml") == 2
    assert Tmx.recognises(TMX.encode("utf-16"), "a.xml") == 2
    assert Tmx.recognises(b"<a/>", "a.xml") == 0
    assert Tmx.recognises(b"", "a.tmx") == 1


def test_a_published_memory() -> None:
    path = next(shared("fixtures/xml_tmx").glob("*.tmx"))
    rows = read(Tmx(TmxParams(per="entry")), path)
    assert rows.errors == []
    assert len(rows.records) == path.read_text("utf-8").count('<tuv lang="JA"')
    assert "<t0/>" not in "".join(rows.texts)
    assert rows.texts[1] == "コンプライアンスで陥る落とし穴を回避する"

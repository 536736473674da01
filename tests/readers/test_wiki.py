from __future__ import annotations

import bz2
import gzip
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from corpuskit.readers.auto import choose
from corpuskit.readers.compression import OnDisk
from corpuskit.readers.html.reader import Html
from corpuskit.readers.wiki.reader import MediaWiki, WikiParams, _keep_last

from .reading import about, read, shared, taken

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-{version}/" xml:lang="ja">
  <siteinfo>
    <sitename>見本</sitename>
    <base>https://wiki.example/wiki/%E3%83%A1</base>
    <namespaces>
      <namespace key="-2" case="first-letter">メディア</namespace>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">ノート</namespace>
      <namespace key="6" case="first-letter">絵図</namespace>
      <namespace key="14" case="first-letter">分類</namespace>
    </namespaces>
  </siteinfo>
"""


def page(number: int, title: str, text: str, *, ns: str = "<ns>0</ns>", extra: str = "") -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"""  <page>
    <title>{title}</title>
    {ns}
    <id>{number}</id>{extra}
    <revision>
      <id>{number}00</id>
      <timestamp>2022-07-11T08:24:45Z</timestamp>
      <contributor><username>某</username><id>7</id></contributor>
      <model>wikitext</model>
      <text bytes="1" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""


def dump(*pages: str, version: str = "0.10") -> bytes:
    return (HEAD.format(version=version) + "".join(pages) + "</mediawiki>\n").encode()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


PAGES = (
    page(
        5, "渡し場 (曖昧さ回避)", "'''渡し場'''（{{読み}}、わたしば）[[分類:場所]][[絵図:a.jpg|x]]"
    ),
    page(6, "渡舟", "#REDIRECT [[渡し場]]", extra='<redirect title="渡し場" />'),
    page(7, "ノート:渡し場", "議論", ns="<ns>1</ns>"),
    page(8, "々と𠮷", "{{lang|en|Repeat}}&copy;<ref>注</ref>"),
)


@pytest.mark.parametrize("version", ["0.3", "0.6", "0.10", "0.11"])
@pytest.mark.parametrize("name", ["a.xml", "a.xml.bz2", "a.xml.gz"])
def test_pages_become_documents(tmp_path: Path, name: str, version: str) -> None:
    data = dump(*PAGES, version=version)
    pack = {"bz2": bz2.compress, "gz": gzip.compress}.get(name.rpartition(".")[2], bytes)
    path = written(tmp_path / name, pack(data))
    assert choose(OnDisk(path), {"wiki": MediaWiki, "html": Html}) == "wiki"
    found = read(MediaWiki(), path)
    assert found.errors == []
    assert found.skipped == Counter({"redirect": 1, "namespace:1": 1})
    assert found.texts == ["渡し場（わたしば）", "Repeat©"]
    assert [row["locator"] for row in found.records] == ["page 5", "page 8"]
    assert [row["title"] for row in found.records] == ["渡し場 (曖昧さ回避)", "々と𠮷"]
    assert about(found.records[0]) == {
        "url": "https://wiki.example/wiki/%E6%B8%A1%E3%81%97%E5%A0%B4_"
        "(%E6%9B%96%E6%98%A7%E3%81%95%E5%9B%9E%E9%81%BF)",
        "modified": "2022-07-11T08:24:45Z",
        "language": "ja",
        "page_id": 5,
        "revision_id": 500,
        "categories": ["場所"],
    }


def test_multistream(tmp_path: Path) -> None:
    parts = [HEAD.format(version="0.10"), *PAGES, "</mediawiki>"]
    packed = b"".join(bz2.compress(part.encode()) for part in parts)
    found = read(MediaWiki(), written(tmp_path / "pages-articles-multistream.xml.bz2", packed))
    assert (len(found.records), found.errors) == (2, [])


def test_a_multistream_dump_is_cut_at_its_streams(tmp_path: Path) -> None:
    whole = dump(*(page(n, f"題{n}", f"本文の{n}。[[画像:a.png]]") for n in range(1, 40))).decode()
    head, rest = whole[: whole.index("<page>")], whole[whole.index("<page>") :]
    each = [part + "</page>\n" for part in rest.split("</page>")[:-1]]
    parts = [head, *("".join(each[at : at + 5]) for at in range(0, len(each), 5))]
    packed = [bz2.compress(part.lstrip().encode()) for part in parts] + [
        bz2.compress(b"</mediawiki>")
    ]
    path = written(tmp_path / "multistream.xml.bz2", b"".join(packed))
    reader = MediaWiki()
    assert len(reader.slices(taken(path), 600)) > 3
    cut, straight = read(reader, path, 600), read(reader, path)
    assert cut.records == straight.records
    assert (len(cut.records), cut.problems) == (39, [])
    # Streams that end within a page, as parallel packers write them, can't be cut.
    data = whole.encode()
    blind = b"".join(bz2.compress(data[at : at + 700]) for at in range(0, len(data), 700))
    path = written(tmp_path / "blind.xml.bz2", blind)
    assert len(reader.slices(taken(path), 600)) == 1
    assert read(reader, path, 600).texts == straight.texts


def test_before_schema_0_6_the_title_says_the_namespace(tmp_path: Path) -> None:
    old = (
        page(1, "ノート:渡し場", "議論", ns=""),
        page(2, "題:副題", "本文", ns=""),
        page(3, "舟", "#転送 [[渡し場]]", ns=""),
    )
    found = read(MediaWiki(), written(tmp_path / "a.xml", dump(*old, version="0.3")))
    assert found.skipped == Counter({"namespace:1": 1, "redirect": 1})
    assert [row["title"] for row in found.records] == ["題:副題"]


def test_options(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", dump(page(1, "a", "{{ルビ|字|じ}}{{独自|甲}}"), PAGES[2]))
    params = WikiParams(namespaces=(0, 1), ruby="keep", templates={"独自": "［$1］"})
    assert read(MediaWiki(params), path).texts == ["字（じ）［甲］", "議論"]


def test_other_models_and_deleted_texts_are_skipped(tmp_path: Path) -> None:
    css = page(1, "a.css", "b{}").replace("<model>wikitext", "<model>css")
    gone = page(2, "b", "x").replace('<text bytes="1"', '<text deleted="deleted"')
    none = "<page><title>c</title><ns>0</ns><id>3</id></page>"
    found = read(MediaWiki(), written(tmp_path / "a.xml", dump(css, gone, none)))
    assert found.skipped == Counter({"model:css": 1, "deleted": 1, "no_revision": 1})
    assert found.records == []


def test_of_a_history_the_last_revision_is_read(tmp_path: Path) -> None:
    whole = page(1, "a", "古い")
    start, end = whole.index("    <revision>"), whole.index("  </page>")
    revision = whole[start:end]
    newer = revision.replace("古い", "新しい").replace("<id>100</id>", "<id>101</id>")
    data = dump(whole[:end] + revision * 50 + newer + whole[end:])
    found = read(MediaWiki(), written(tmp_path / "a.xml", data))
    assert found.texts == ["新しい"]
    assert about(found.records[0])["revision_id"] == 101


def test_of_a_history_only_one_revision_is_held() -> None:
    held = etree.fromstring("<page><id/><revision/><revision n='2'/></page>")
    _keep_last(held[1])
    _keep_last(held[2])
    assert [(each.tag, each.get("n")) for each in held] == [("id", None), ("revision", "2")]


def test_broken_off_dumps_keep_the_pages_before(tmp_path: Path) -> None:
    data = dump(*PAGES)
    cut = data[: data.index("々".encode())]
    found = read(MediaWiki(), written(tmp_path / "a.xml", cut))
    assert (found.texts, found.errors) == (["渡し場（わたしば）"], [("after 1", "broken_xml")])
    packed = bz2.compress(data[:-14]) + bz2.compress(b"</mediawiki>" + b" " * 99)[:-9]
    found = read(MediaWiki(), written(tmp_path / "b.xml.bz2", packed))
    assert (len(found.records), found.errors) == (2, [("after 2", "truncated_bzip2")])
    found = read(MediaWiki(), written(tmp_path / "c.xml", data.replace(b"<id>8</id>", b"<id>8<")))
    assert (len(found.records), found.errors) == (1, [("after 1", "broken_xml")])
    assert "渡し場" not in found.problems[0]["message"]


@pytest.mark.parametrize("data", [b"", b"\xff" * 50, b"<mediawiki>", b"<html></html>"])
def test_what_is_no_dump_is_a_problem_or_nothing(tmp_path: Path, data: bytes) -> None:
    found = read(MediaWiki(), written(tmp_path / "a.xml", data))
    assert found.records == []
    assert len(found.errors) == (data != b"<html></html>")


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
    data = bomb.encode() + dump(page(1, "a", "x")).replace(b">x<", b">&b;&b;y<")
    found = read(MediaWiki(), written(tmp_path / "a.xml", data))
    assert all("aaaa" not in text for text in found.texts)


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (b'<mediawiki xmlns="x">', 2),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<mediawiki version="0.11">', 2),
        (b"<mediawikix>", 0),
        (b"<html>", 0),
        (b"", 0),
    ],
)
def test_recognises(head: bytes, sure: int) -> None:
    assert MediaWiki.recognises(head, "a.xml") == sure


def test_a_real_dump() -> None:
    path = next(iter(shared("fixtures/xml_wikidump").glob("*.xml.bz2")))
    found = read(MediaWiki(), path)
    assert len(found.records) == 204
    assert found.skipped == Counter(
        {"namespace:4": 36, "redirect": 19, "namespace:12": 2, "namespace:102": 1}
    )
    assert found.errors == [("after 204", "broken_xml")]  # the file was cut after a page
    whole = "\n".join(found.texts)
    for mark in ("（、", "、）", "{{", "}}", "[[", "<ref", "thumb|", "'''", "|-", "</"):
        assert whole.count(mark) <= 1, mark
    assert len(whole) > 1_400_000

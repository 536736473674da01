from __future__ import annotations

from typing import Any

import pytest

from corpuskit.readers.markup.po import Po, PoParams

from .reading import Rows, about, in_memory, read, shared

PO = r"""# 架空の手引き
# FIRST AUTHOR <EMAIL@ADDRESS>, YEAR.
#, fuzzy
msgid ""
msgstr ""
"Project-Id-Version: 架空 1.0\n"
"PO-Revision-Date: 2099-01-02 03:04+0900\n"
"Last-Translator: 架空 花子 <hanako@example.jp>\n"
"Language: ja\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

#. a comment
#: a.rst:1 b.rst:2
msgctxt "menu"
msgid "Open %s"
msgstr "㈱①の髙﨑が %s を開く"

#: a.rst:5
msgid ""
"Long "
"text"
msgstr ""
"佐々木と𠮷野の\n"
"長い\t文。\"引用\"と\\、ｶﾅ、"
"㎡とm²、10⁵、か"
"゙︒"

#, fuzzy, python-format
#| msgid "Old"
msgid "Doubtful"
msgstr "疑わしい"

msgid "Nothing yet"
msgstr ""
msgid "%d file"
msgid_plural "%d files"
msgstr[0] "%d 個のファイル"
msgstr[1] "%d 個のファイル"

msgid "OK"
msgstr "OK"

#~ msgid "Gone"
#~ msgstr "なくなった"
"""
TEXTS = [
    "㈱①の髙﨑が %s を開く",
    '佐々木と𠮷野の\n長い\t文。"引用"と\\、ｶﾅ、㎡とm²、10⁵、が︒',
    "%d 個のファイル",
]


def found(po: str | bytes, **options: Any) -> Rows:
    data = po if isinstance(po, bytes) else po.encode()
    return read(Po(PoParams(**options)), in_memory(data, "a.po"))


def test_translations_of_a_file() -> None:
    rows = found(PO)
    assert rows.texts == ["\n\n".join([*TEXTS, "OK"])]
    assert rows.skipped == {"fuzzy": 1, "untranslated": 1, "obsolete": 1}
    assert rows.errors == []
    assert about(rows.records[0]) == {
        "language": "ja",
        "modified": "2099-01-02 03:04+0900",
        "project": "架空 1.0",
        "entries": 4,
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }


def test_each_entry_alone() -> None:
    rows = found(PO, per="entry")
    assert rows.texts == TEXTS
    assert rows.skipped == {"fuzzy": 1, "untranslated": 1, "obsolete": 1, "same_as_original": 1}
    assert [row["locator"] for row in rows.records] == ["line 15", "line 20", "line 36"]
    known = about(rows.records[0])
    assert known["original"] == "Open %s"
    assert known["context"] == "menu"
    assert known["references"] == ["a.rst:1", "b.rst:2"]
    assert about(rows.records[1])["original"] == "Long text"


def test_names_and_addresses_of_translators_are_left_out() -> None:
    rows = found(PO, per="entry")
    assert not any("example.jp" in (row["meta"] or "") for row in rows.records)


def test_another_language() -> None:
    assert found(PO, language="fr").errors == [("file", "other_language")]
    french = PO.replace("Language: ja", "Language: pt_BR")
    assert found(french).errors == [("file", "other_language")]
    assert len(found(french, language="pt").texts) == 1
    assert len(found(french, language="pt_BR").texts) == 1
    assert found(french, language="pt_PT").errors == [("file", "other_language")]
    assert len(found(PO.replace('"Language: ja\\n"\n', ""), language="fr").texts) == 1


def test_a_template_has_no_translation() -> None:
    rows = found('msgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr ""\n')
    assert rows.records == []
    assert rows.skipped == {"untranslated": 2}
    assert rows.errors == [("file", "no_text")]


def test_a_broken_entry_costs_only_itself() -> None:
    rows = found(PO.replace('msgstr "OK"', 'msgstr "OK\nこれは何か'))
    assert rows.texts == ["\n\n".join(TEXTS)]
    assert [error for _, error in rows.errors] == ["broken_entry"]
    assert "何か" not in rows.problems[0]["message"]
    assert rows.errors[0][0] == "line 42"


def test_a_file_that_breaks_off_keeps_what_is_whole() -> None:
    cut = PO[: PO.index('長い\\t文。"') if '長い\\t文。"' in PO else PO.index("長い") + 4]
    rows = found(cut)
    assert rows.texts == ["㈱①の髙﨑が %s を開く"]
    assert [error for _, error in rows.errors] == ["broken_entry"]


@pytest.mark.parametrize("encoding", ["euc_jp", "cp932"])
def test_old_encodings(encoding: str) -> None:
    label = {"euc_jp": "EUC-JP", "cp932": "Shift_JIS"}[encoding]
    po = f'msgid ""\nmsgstr "Content-Type: text/plain; charset={label}\\n"\n\n'
    po += 'msgid "x"\nmsgstr "日本語の訳である。表示する。"\n'
    rows = found(po.replace("\n", "\r\n").encode(encoding))
    assert rows.texts == ["日本語の訳である。表示する。"]
    assert rows.records[0]["encoding"] == encoding


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", "no_text"), ("日本語の文。\n".encode(), "no_text"), (bytes(range(256)), "undecodable")],
)
def test_what_is_no_po_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors[-1][1] == error


def test_many_entries_take_linear_time() -> None:
    rows = found('msgid "a"\nmsgstr "' + '"\n"'.join(["訳"] * 100_000) + '"\n')
    assert rows.texts == ["訳" * 100_000]


def test_it_is_recognised_by_its_first_entry() -> None:
    assert Po.recognises(PO.encode()[:4096], "a.txt") == 2
    assert Po.recognises(b'\xef\xbb\xbfmsgid "a"\nmsgstr ""', "a") == 2
    assert Po.recognises(b'# a\n\ntext msgid "a"', "a.txt") == 0
    assert Po.recognises(b"x", "a.po") == 1


def test_a_translated_manual() -> None:
    for path in sorted(shared("fixtures/po_gettext").glob("*.po")):
        rows = read(Po(), path)
        assert rows.errors == []
        assert rows.records[0]["language"] == "ja"
        assert "msgstr" not in rows.texts[0]
        entries = read(Po(PoParams(per="entry")), path)
        assert len(entries.records) > 10

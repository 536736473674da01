from __future__ import annotations

import base64
import binascii
import gzip
import time
from pathlib import Path
from typing import Any

import pytest

from corpuskit.readers.mail.reader import Mail, MailParams
from corpuskit.readers.mail.words import display_name, iso_date, parsed, unbase64, words

from .reading import Rows, about, in_memory, read, shared

TEXT = "東京は今日も晴れ。時々、①㈱髙﨑と℡。ﾊﾝｶｸ、か\u3099、10⁵㎡、𠮷野家。︵縦︶"
HEAD = (
    "From: =?utf-8?B?5bGx55Sw?= <yamada@example.jp>\r\n"
    "Date: Fri, 30 Oct 2009 19:11:02 +0900\r\n"
    "Message-ID: <a1@example.jp>\r\n"
    "MIME-Version: 1.0\r\n"
)


def mail(data: str | bytes, name: str = "a.eml", **options: Any) -> Rows:
    raw = data if isinstance(data, bytes) else data.encode()
    return read(Mail(MailParams(**options)), in_memory(raw, name))


def text_mail(body: bytes, kind: str = "text/plain; charset=utf-8", more: str = "") -> bytes:
    return f"{HEAD}Subject: a\r\nContent-Type: {kind}\r\n{more}\r\n".encode() + body


def multipart(kind: str, *parts: str, head: str = HEAD + "Subject: a\r\n") -> str:
    inner = "".join(f"--=_b\r\n{part}\r\n" for part in parts)
    top = f'{head}Content-Type: multipart/{kind}; boundary="=_b"\r\n\r\npre\r\n'
    return f"{top}{inner}--=_b--\r\nafter"


def html(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\r\n\r\n<p>{text}</p>"


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"


def test_a_message_is_a_document_with_what_its_header_says() -> None:
    rows = mail(text_mail(f"{TEXT}\r\n\r\n> 引用の行\r\n-- \r\n山田\r\n".encode()))
    (record,) = rows.records
    assert record["text"] == f"{TEXT}\n\n> 引用の行\n-- \n山田"
    assert (record["locator"], record["title"]) == ("file", "a")
    assert about(record) == {
        "author": "山田",
        "published": "2009-10-30T19:11:02+09:00",
        "message_id": "a1@example.jp",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }
    assert "yamada@" not in str(record)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("cp932", "Shift_JIS"),
        ("cp932", "iso-2022-jp"),
        ("cp932", "us-ascii"),
        ("euc_jp", "EUC-JP"),
        ("euc_jp", "utf-8"),
        ("utf-8", "iso-8859-1"),
        ("iso2022_jp", "ISO-2022-JP"),
        ("iso2022_jp", "utf-8"),
    ],
)
@pytest.mark.parametrize("how", ["8bit", "base64", "quoted-printable"])
def test_any_encoding_under_any_label(encoding: str, label: str, how: str) -> None:
    text = "今日は良い天気です。時々くもり、のち雨になるでしょう。"
    body = text.encode(encoding)
    packed = {"base64": base64.encodebytes, "quoted-printable": binascii.b2a_qp}
    sent = packed[how](body) if how in packed else body
    rows = mail(
        text_mail(sent, f"text/plain; charset={label}", f"Content-Transfer-Encoding: {how}\r\n")
    )
    assert rows.texts == [text]


def test_windows_characters_in_iso_2022_jp() -> None:
    body = b"\x1b$B-!-j|b\x1b(B \x1b$B5!9)\x1b(B"  # ① and ㈱ are in NEC's row 13, 髙 in IBM's
    rows = mail(text_mail(body, "text/plain; charset=iso-2022-jp"))
    assert rows.texts[0].startswith("①㈱")
    assert rows.texts[0].endswith(" 機工")


def test_encoded_words_cut_within_a_character_are_joined() -> None:
    raw = "東京都庁のお知らせ".encode()
    cut = [base64.b64encode(raw[:10]).decode(), base64.b64encode(raw[10:]).decode()]
    subject = f"=?UTF-8?B?{cut[0]}?=\r\n =?utf-8?B?{cut[1]}?= (再)"
    rows = mail(f"{HEAD}Subject: {subject}\r\n\r\nx")
    assert rows.records[0]["title"] == "東京都庁のお知らせ (再)"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?iso-2022-jp?B?GyRCLSEtahsoQg==?=", "①㈱"),
        (
            b"=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=\r\n  =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=",
            "テストテスト",
        ),
        (b"=?utf-8?Q?=E3=81=82_a?= b", "あ a b"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8*ja?B?44GC?=", "あ"),
        (b"=?utf-8?B?44GC", "=?utf-8?B?44GC"),
        (b"=?no-such?B?44GC?=", "あ"),
        ("生の見出しが日本語です".encode("cp932"), "生の見出しが日本語です"),
        ("=?utf-8?B?44GC?= 生の".encode(), "あ 生の"),
        (b"=?utf-8?B?5p2x5Lqs?= =?utf-8?B?6YO9?=", "東京都"),
    ],
)
def test_words_of_headers(raw: bytes, text: str) -> None:
    assert words(raw) == text


def test_an_encoded_line_end_injects_no_header() -> None:
    word = base64.b64encode("件名\r\nBcc: x@example.jp".encode()).decode()
    rows = mail(f"{HEAD}Subject: =?utf-8?B?{word}?=\r\n\r\nx")
    assert rows.records[0]["title"] == "件名 Bcc: x@example.jp"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'"Yamada, Taro" <y@example.jp>', "Yamada, Taro"),
        (b"y@example.jp (Taro)", "Taro"),
        (b"y@example.jp", None),
        (b"<y@example.jp>", None),
        (b'"y@example.jp" <y@example.jp>', None),
        ("山田 <y@example.jp>".encode("cp932"), "山田"),
    ],
)
def test_only_the_name_of_the_sender(raw: bytes, name: str | None) -> None:
    assert display_name(raw, "shift_jis") == name


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Fri, 30 Oct 2009 19:11:02 +1100", "2009-10-30T19:11:02+11:00"),
        ("1 Jan 99 1:02 JST", "1999-01-01T01:02:00+09:00"),
        ("Sun May  8 19:07:09 2005", "2005-05-08T19:07:09"),
        ("Wed, 28 May 2014 17:18:19 -0000 (JST)", "2014-05-28T17:18:19"),
        ("Wed, 32 May 2014 17:18:19 +0900", None),
        ("28 May 2014 17:18:19 +9999", None),
        ("昨日", None),
        ("", None),
    ],
)
def test_dates(text: str, iso: str | None) -> None:
    assert iso_date(text) == iso


def test_names_of_attachments_rfc_2231_and_others() -> None:
    cut = b"attachment; filename*0*=utf-8''%E6%9D%B1; filename*1*=%E4%BA%AC; filename*2=.txt"
    assert parsed(cut).parameters["filename"] == "東京.txt"
    assert parsed(b"a/b; name*=shift_jis'ja'%93%8C%8B%9E.txt").parameters["name"] == "東京.txt"
    assert parsed('a/b; name="東京.txt"'.encode("cp932")).parameters["name"] == "東京.txt"
    assert parsed(b'a/b; name="=?utf-8?B?5p2x5Lqs?=.txt"').parameters["name"] == "東京.txt"
    assert parsed(b'a/b; name="a;b\\"c"; x=1').parameters == {"name": 'a;b"c', "x": "1"}


def test_plain_text_is_taken_before_its_alternative() -> None:
    rows = mail(multipart("alternative", plain("本文"), html("本文")))
    assert rows.texts == ["本文"]
    assert rows.members == []
    assert rows.skipped == {"alternative": 1}


def test_a_page_is_a_member_where_there_is_no_text() -> None:
    rows = mail(multipart("alternative", plain(" \r\n"), html("本文")))
    (member,) = rows.members
    assert (member.data.decode(), member.reader) == ("<p>本文</p>", "html")
    assert (member.locator, member.title, member.charset) == ("body", "a", "utf-8")
    assert member.about["author"] == "山田"
    assert rows.records == []


def test_attachments_are_members_and_pictures_are_not() -> None:
    part = (
        "Content-Type: application/pdf; name=x.pdf\r\nContent-Disposition: attachment;"
        ' filename="=?utf-8?B?5p2x5Lqs?=.pdf"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nJVBE\r\nRg=="
    )
    picture = "Content-Type: image/png\r\nContent-Disposition: inline\r\n\r\nx"
    nested = f"Content-Type: message/rfc822\r\n\r\n{HEAD}Subject: inner\r\n\r\ninner"
    rows = mail(multipart("mixed", plain("本文"), part, picture, nested, plain("続き")))
    assert rows.texts == ["本文\n\n続き"]
    first, second = rows.members
    assert (first.name, first.data, first.locator) == ("東京.pdf", b"%PDF", "part 2")
    assert first.about == {"message_id": "a1@example.jp"}
    assert (second.name, second.reader, second.locator) == ("part4.eml", "mail", "part 4")
    assert read(Mail(), in_memory(second.data, second.name)).texts == ["inner"]
    assert rows.skipped == {"media_type": 1}
    assert mail(multipart("mixed", plain("本文"), part), attachments=False).members == []


def test_an_attachment_in_an_alternative_is_not_lost() -> None:
    pdf = "Content-Type: application/pdf; name=x.pdf\r\n\r\n%PDF"
    inner = (
        "Content-Type: multipart/mixed; boundary=c\r\n\r\n"
        f"--c\r\n{html('p')}\r\n--c\r\n{pdf}\r\n--c--"
    )
    rows = mail(multipart("alternative", plain("本文"), inner))
    assert rows.texts == ["本文"]
    assert [member.locator for member in rows.members] == ["part 2.2"]


@pytest.mark.parametrize(
    ("delsp", "body", "text"),
    [
        ("no", "This is \r\none line.\r\nNext\r\n", "This is one line.\nNext"),
        ("no", "日本語の \r\n段落。\r\n", "日本語の段落。"),
        ("yes", "日本語の \r\nABC \r\n段落。\r\n", "日本語のABC段落。"),
        ("no", "> a \r\n> b\r\n>> c\r\nd\r\n", "> a b\n>> c\nd"),
        ("no", " From x\r\n-- \r\nsig\r\n", "From x\n-- \nsig"),
    ],
)
def test_flowed_paragraphs(delsp: str, body: str, text: str) -> None:
    kind = f"text/plain; charset=utf-8; format=flowed; delsp={delsp}"
    assert mail(text_mail(body.encode(), kind)).texts == [text]


def mbox(*bodies: str, end: str = "\n") -> bytes:
    one = (
        "From y@example.jp Fri Oct 30 19:11:02 2009\nFrom: y <y@example.jp>\nSubject: {}\n\n{}\n\n"
    )
    whole = "".join(one.format(number, body) for number, body in enumerate(bodies, start=1))
    return whole.replace("\n", end).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mailbox_is_a_document_for_each_message(end: str) -> None:
    bodies = (
        "一通目\n\n>From here\n>>From there\n> quoted",
        "二通目\n\nFrom now on, all is well.",
        "三",
    )
    rows = mail(mbox(*bodies, end=end), "a.mbox")
    assert rows.texts == [
        "一通目\n\nFrom here\n>From there\n> quoted",
        "二通目\n\nFrom now on, all is well.",
        "三",
    ]
    assert [row["locator"] for row in rows.records] == ["message 1", "message 2", "message 3"]
    assert len({row["id"] for row in rows.records}) == 3
    assert mail(gzip.compress(mbox(*bodies)), "a.mbox.gz").texts == rows.texts


def test_where_a_message_of_a_mailbox_begins() -> None:
    data = mbox("a\nFrom now on\nNote: this is text", "b") + mbox("c").lstrip()
    assert mail(data, "a.mbox").texts == ["a\nFrom now on\nNote: this is text", "b", "c"]
    tight = mbox("a").rstrip(b"\n") + b"\n" + mbox("b")  # a date makes up for the blank line
    assert mail(tight, "a.mbox").texts == ["a", "b"]


def test_a_mailbox_of_many_blocks_is_read_whole() -> None:
    bodies = [f"{number}通" + "あいうえお" * (number * 37 % 2000) for number in range(900)]
    started = time.process_time()
    rows = mail(mbox(*bodies), "a.mbox")
    assert rows.texts == bodies
    assert time.process_time() - started < 5


def test_a_message_over_the_limit_costs_only_itself() -> None:
    data = mbox("a", "b" * (9 << 20), "c")
    rows = mail(data, "a.mbox", max_message_bytes=1 << 20)
    assert rows.texts == ["a", "c"]
    assert rows.errors == [("message 2", "record_too_large")]
    assert rows.problems[0]["raw_bytes"] > 9 << 20


def test_a_mailbox_that_breaks_off_says_so() -> None:
    packed = gzip.compress(mbox(*(f"{n} {hash((n, 1))}" for n in range(200))))
    rows = mail(packed[:-200], "a.mbox.gz")
    assert rows.errors[-1][1] == "truncated_gzip"
    assert len(rows.records) < 200


def test_a_saved_message_may_begin_with_a_from_line() -> None:
    data = b"From y@example.jp Fri Oct 30 19:11:02 2009\r\n" + text_mail(b"\r\nFrom x\r\nTo: y\r\n")
    rows = mail(data)
    assert rows.texts == ["From x\nTo: y"]
    assert rows.records[0]["locator"] == "file"


def test_deep_parts_are_refused_not_followed() -> None:
    depth = 10_000
    opening = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)
    )
    rows = mail(HEAD + opening + "\r\nx")
    assert rows.errors == [("part 1" + ".1" * 49, "too_deep")]


def test_many_parts_end_at_the_limit() -> None:
    rows = mail(multipart("mixed", *["\r\nx"] * 20_000))
    assert rows.errors[-1][1] == "too_many_parts"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("multipart/mixed", b"--x\r\n\r\nhello\r\n--x--\r\n", "hello"),
        ("multipart/mixed; boundary=zzz", b"no boundary at all", "no boundary at all"),
        ("multipart/mixed; boundary=zzz", b"--zzz\r\n\r\nnever closed", "never closed"),
        ("multipart/mixed; boundary=z", b"--z\r\n\r\na\r\n--zz\r\n--z--", "a\n--zz"),
        ("nonsense", b"hello", "hello"),
        ("", b"hello", "hello"),
    ],
)
def test_broken_structure_still_gives_the_text(kind: str, body: bytes, text: str) -> None:
    assert mail(text_mail(body, kind)).texts == [text]


@pytest.mark.parametrize(
    ("packed", "data"),
    [
        (b"44GC", b"\xe3\x81\x82"),
        (b"44\r\nGC", b"\xe3\x81\x82"),
        (b"4*4!G C", b"\xe3\x81\x82"),
        (b"44GC44G", b"\xe3\x81\x82\xe3\x81"),
        (b"YQ==YQ==", b"aa"),
        (b"Y", b""),
        (b"", b""),
    ],
)
def test_base64_as_it_is_found(packed: bytes, data: bytes) -> None:
    assert unbase64(packed) == data


def test_a_mail_without_text_is_an_empty_document() -> None:
    rows = mail(text_mail(b"\r\n"))
    assert (rows.texts, rows.records[0]["title"]) == ([""], "a")


def test_secrets_and_non_mail_are_problems() -> None:
    sealed = multipart("encrypted", "Content-Type: application/octet-stream\r\n\r\nx")
    assert mail(sealed).errors == [("message", "encrypted")]
    smime = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    assert mail(text_mail(b"x", smime)).errors == [("body", "encrypted")]
    assert mail("ただの文章です。").errors == [("file", "broken_mail")]
    assert mail(b"").errors == [("file", "broken_mail")]
    assert mail(text_mail(bytes(range(256)) * 40)).errors == [("body", "undecodable")]


def test_mail_is_recognised_by_its_header() -> None:
    whole = text_mail(b"x")
    assert Mail.recognises(whole, "1234") == 2
    assert Mail.recognises(whole[:150], "1234") == 2
    assert Mail.recognises(mbox("x"), "inbox") == 0
    assert Mail.recognises(mbox("x"), "inbox.mbox") == 1
    assert Mail.recognises(b"Subject: a\n\nFrom: b", "note.txt") == 0


def test_any_cut_of_a_message_is_survived() -> None:
    whole = multipart(
        "mixed", plain(TEXT), html(TEXT), "Content-Type: x/y; name*0*=a'b'%E3\r\n\r\nx"
    ).encode()
    for at in range(0, len(whole), 7):
        mail(whole[:at])
        flipped = bytearray(whole)
        flipped[at] ^= 0x15
        mail(bytes(flipped))


def test_real_messages() -> None:
    folder = shared("fixtures/eml")
    found = {path.name.split("__")[-1]: read(Mail(), path) for path in sorted(folder.iterdir())}
    assert all(not rows.problems for rows in found.values())
    assert found["japanese_shift_jis.eml"].texts[0].startswith("あいうえお\n\nこのメールはテスト用")
    assert found["example14.eml"].records[0]["title"] == "Re: TEST テストテスト"
    name = "かきくけこ" * 5
    assert found["japanese_attachment_long_name.eml"].members[0].name == f"{name}.txt"


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(mbox("一", "二"))
    assert read(Mail(), path).texts == ["一", "二"]

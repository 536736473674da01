"""Mail: one message (EML, MHTML) or many (MBOX). A message is a document, attachments members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from corpuskit.document import Identity
from corpuskit.ja.encodings import Decoded, UndecodableError
from corpuskit.readers.compression import Unpacked, compressed_endings, plain_name
from corpuskit.readers.compression import head as first_bytes
from corpuskit.readers.mail.mailbox import messages
from corpuskit.readers.mail.parts import Part, parts, unflowed
from corpuskit.readers.mail.words import Head, display_name, head, iso_date
from corpuskit.readers.protocol import InputFile, Member, Read, ReaderParams, Slice
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Skipped,
    Trouble,
    UnreadableError,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
    packed,
)

_SINGLE = (".eml", ".mht", ".mhtml")
_FROM_LINE = re.compile(rb"\s{0,100}From [^\n]*\n")
#: Header fields of which mail has several and other text few.
_MARKS = re.compile(
    rb"^(?:from|subject|date|message-id|received|return-path|mime-version|delivered-to):",
    re.I | re.M,
)
_HEAD = re.compile(
    rb"(?:From [^\n]*\n)?(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+(?:\r?\n|[^\n]*\Z)"
)
#: Parts that hold nothing to read, or somebody's address.
_NO_DOCUMENTS = re.compile(
    r"image/.*|audio/.*|video/.*|font/.*|application/(?:x-)?(?:pgp-.*|pkcs7-signature|applefile)"
    r"|text/(?:css|calendar|directory|(?:x-)?vcard|rfc822-headers|(?:x-)?javascript)"
    r"|message/(?:delivery-status|disposition-notification|external-body|partial)"
)
_NO_DOCUMENT_NAMES = re.compile(
    r"\.(?:jpe?g|png|gif|bmp|tiff?|webp|heic|ico|mp[34]|m4a|wav|aac|avi|mov|wmv|p7s|asc|sig|vcf|ics)$",
    re.I,
)
_SMIME = re.compile(r"application/(?:x-)?pkcs7-mime")
_ENDINGS = {
    "text/html": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
}


class MailParams(WholeFileParams):
    """Options of the mail reader."""

    attachments: bool = Field(True, description="Attachments are read, too.")
    max_message_bytes: int = Field(
        64 << 20, ge=1, le=1 << 30, description="A larger message of a mailbox is a problem."
    )


class Mail(WholeFile):
    """Reads ``.eml``, ``.mht`` and ``.mhtml`` as one message, ``.mbox`` as many."""

    name: ClassVar[str] = "mail"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".mbox", *_SINGLE)
    Params: ClassVar[type[ReaderParams]] = MailParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts with the header of a mail."""
        found = _HEAD.match(head)
        if found and len({mark.lower() for mark in _MARKS.findall(found[0])}) >= 3:
            return 2
        return super().recognises(head, name)

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """A mailbox message by message, else the file as one message."""
        single = plain_name(file.name).endswith(_SINGLE)
        if not single and _FROM_LINE.match(first_bytes(file, 4096)):
            yield from packed(self._mailbox(Unpacked(file)), file, identity)
        else:
            yield from super().read(file, piece, identity)

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The message."""
        yield from self._message(raw.data, "", None)

    def _mailbox(self, unpacked: Unpacked) -> Iterator[Found]:
        number = 0
        for message in messages(unpacked, self.params.max_message_bytes):
            number += 1
            place = f"message {number}"
            if isinstance(message, int):
                told = f"more than {self.params.max_message_bytes} bytes; raise max_message_bytes"
                yield Trouble(place, "record_too_large", told, size=message)
                continue
            try:
                yield from self._message(message, place, message)
            except UnreadableError as error:
                yield Trouble(place, error.error, error.message, message)
        if unpacked.damage is not None:
            place = f"message {number + 1}"
            yield Trouble(place, unpacked.damage.error, unpacked.damage.message)

    def _message(self, data: bytes, place: str, raw: bytes | None) -> Iterator[Found]:
        line = _FROM_LINE.match(data)
        data = data[line.end() :] if line else data.lstrip(b"\r\n")
        if b"\n" not in data:
            data = data.replace(b"\r", b"\n")
        top, _ = head(data, 0, len(data))
        if not top:
            message = "no header of a mail is here; name the reader of this format with 'reader:'"
            raise UnreadableError("broken_mail", message)
        mail = _Mail(top, place, raw)
        yield from self._sorted(mail, list(parts(data)))

    def _sorted(self, mail: _Mail, found: list[Part | Trouble]) -> Iterator[Found]:
        """The body first, then what is attached."""
        own = [part for part in found if isinstance(part, Part)]
        body = _body(own)
        troubles = [mail.moved(each) for each in found if isinstance(each, Trouble)]
        paths = {part.path for part in body}
        attached = [part for part in own if part.path not in paths]
        others = [other for part in attached if (other := self._other(mail, part))]
        more = bool(troubles) or any(not isinstance(other, Skipped) for other in others)
        yield from _document(mail, body, more)
        yield from troubles
        yield from others

    def _other(self, mail: _Mail, part: Part) -> Found | None:
        """What becomes of a part that is not the body."""
        if part.kind in ("text/plain", "text/html") and part.inline:
            return Skipped("alternative" if part.data.strip() else "empty_part")
        name = part.file_name or ""
        if _NO_DOCUMENTS.fullmatch(part.kind) or _NO_DOCUMENT_NAMES.search(name):
            return Skipped("media_type")
        if _SMIME.fullmatch(part.kind):
            message = "the part is encrypted or signed as a whole; decrypt it first"
            return Trouble(mail.at(part), "encrypted", message, part.data)
        if not self.params.attachments:
            return Skipped("attachment")
        if not part.data:
            return Skipped("empty_part")
        return mail.member(part)


@dataclass(frozen=True)
class _Mail:
    """What is known of a message: its header, its place, its own bytes in a mailbox."""

    top: Head
    place: str
    raw: bytes | None

    def at(self, part: Part) -> str:
        inner = f"part {part.path}" if part.path else "body"
        return f"{self.place} {inner}".strip()

    def moved(self, trouble: Trouble) -> Trouble:
        locator = f"{self.place} {trouble.locator}" if self.place else trouble.locator
        return Trouble(locator, trouble.error, trouble.message, self.raw)

    @property
    def charset(self) -> str | None:
        return self.top.field("content-type").parameters.get("charset")

    @property
    def title(self) -> str | None:
        return self.top.text("subject", self.charset)

    @property
    def about(self) -> dict[str, Any]:
        known = {
            "author": display_name(self.top.raw("from"), self.charset),
            "published": iso_date(self.top.text("date")),
            "language": self.top.text("content-language"),
            "url": self.top.text("snapshot-content-location"),
            **self.origin,
        }
        return {name: value for name, value in known.items() if value}

    @property
    def origin(self) -> dict[str, Any]:
        found = (self.top.text("message-id") or "").strip("<>")
        return {"message_id": found} if found else {}

    def member(self, part: Part) -> Member:
        """A part as a file."""
        name = (part.file_name or "").replace("\\", "/").rpartition("/")[2]
        ending = _ENDINGS.get(part.kind, "")
        if not name:
            name = f"part{part.path}{ending}"
        nested = part.kind in ("message/rfc822", "message/global")
        if nested and not name.lower().endswith(".eml"):
            name += ".eml"
        reader = "mail" if nested else "html" if part.kind == "text/html" else None
        return Member(
            name,
            part.data,
            self.at(part),
            self.origin,
            charset=part.charset,
            media_type=part.kind,
            reader=reader,
        )


def _body(own: list[Part]) -> list[Part]:
    """The parts that are the message's text: plain ones, or else those in HTML."""
    chosen = _chosen(own)
    shown = [part for part in own if part.inline and all(chosen[n] == c for n, c in part.branches)]
    plain = [part for part in shown if part.kind == "text/plain" and part.data.strip()]
    return plain or [part for part in shown if part.kind == "text/html" and part.data.strip()]


def _chosen(own: list[Part]) -> dict[str, int]:
    """Of each alternative the child that is read: the first with plain text, or the last page."""
    plain: dict[str, int] = {}
    page: dict[str, int] = {}
    for part in own:
        for node, child in part.branches:
            if part.inline and part.kind == "text/plain" and part.data.strip():
                plain.setdefault(node, child)
            elif part.inline and part.kind == "text/html":
                page[node] = child
    every = {node: child for part in own for node, child in part.branches}
    return every | page | plain


def _document(mail: _Mail, body: list[Part], others: bool) -> Iterator[Found]:
    locator = mail.place or "file"
    if body and body[0].kind == "text/html":
        for number, part in enumerate(body):
            first = number == 0
            place = f"{mail.place} body".strip() if first else mail.at(part)
            yield Member(
                "body.html",
                part.data,
                place,
                mail.about if first else mail.origin,
                title=mail.title if first else None,
                charset=part.charset,
                media_type="text/html",
                reader="html",
            )
        return
    texts: list[tuple[Part, Decoded]] = []
    for part in body:
        try:
            texts.append((part, decoded_text(part.data, part.charset)))
        except UndecodableError as error:
            message = f"{error.message}; {error.remedy}"
            yield Trouble(mail.at(part), "undecodable", message, part.data)
    if texts:
        main = max((found for _, found in texts), key=lambda each: len(each.text))
        text = "\n\n".join(_text(part, found).strip("\n") for part, found in texts)
        about = {**mail.about, **about_encoding(main)}
        about["replaced"] = sum(found.replaced for _, found in texts)
        yield Content(text, mail.title, about, locator, mail.raw)
    elif not others and not body:
        yield Content("", mail.title, mail.about, locator, mail.raw)
    elif not body:
        yield Skipped("no_body")


def _text(part: Part, found: Decoded) -> str:
    text = found.text.replace("\r\n", "\n").replace("\r", "\n")
    parameters = part.head.field("content-type").parameters
    if parameters.get("format", "").lower() != "flowed":
        return text
    return unflowed(text, parameters.get("delsp", "").lower() == "yes")

"""Minutes of the National Diet, as the search API of the National Diet Library gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

import msgspec
from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.layout import blocks
from corpuskit.readers.protocol import ReaderParams
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
)
from corpuskit.readers.xml.xmltext import root_of, xml_tree
from corpuskit.readers.xmltree import Element, local

_JSON_MINUTES = re.compile(rb'"(?:meetingRecord|speechRecord)"\s*:')
#: ○議長（山田太郎君）　, at the start of a speech; a name without an office has no brackets.
_SPEAKER = re.compile(r"\A○[^\n　]{1,60}　+")
#: What kind of line a speech is that nobody speaks: the list of who was there.
_NOBODY = "会議録情報"
_ABOUT_SPEECH = (
    "speechID",
    "speechOrder",
    "speaker",
    "speakerYomi",
    "speakerGroup",
    "speakerPosition",
    "speakerRole",
    "startPage",
)
_ABOUT_MEETING = (
    "issueID",
    "imageKind",
    "session",
    "nameOfHouse",
    "nameOfMeeting",
    "issue",
    "date",
    "closing",
    "meetingURL",
    "pdfURL",
)

Record = Mapping[str, Any]


class MinutesParams(WholeFileParams):
    """Options of the reader of Diet minutes."""

    per: Literal["speech", "meeting"] = Field(
        "speech", description="What is a document: a speech, or all speeches of a meeting."
    )
    speaker_marks: bool = Field(
        True, description="Leave the speaker's mark, such as ○議長（…）, at the start of a speech."
    )
    attendance: bool = Field(
        False, description="Also read the lists of who was there (会議録情報), which nobody speaks."
    )


class Minutes(WholeFile):
    """Reads answers of kokkai.ndl.go.jp in JSON or XML: by meeting or by speech."""

    name: ClassVar[str] = "minutes"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".json", ".xml")
    Params: ClassVar[type[ReaderParams]] = MinutesParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where an answer with records of meetings or speeches starts."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith(b"{"):
            return 2 if _JSON_MINUTES.search(start) else 0
        root = root_of(head)
        kinds = ("<meetingRecord", "<speechRecord")
        return 2 if root.name == "data" and any(kind in root.rest for kind in kinds) else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """Speeches or meetings, in the order of the answer."""
        answer, encoding = _answer(raw)
        meetings = list(_meetings(answer))
        if not meetings:
            raise UnreadableError(
                "no_minutes", "there is no record of a meeting or speech; search with other terms"
            )
        locators: set[str] = set()
        for meeting, speeches in meetings:
            if self.params.per == "meeting":
                yield from self._meeting(meeting, speeches, encoding, locators)
            else:
                for speech in speeches:
                    yield from self._speech({**meeting, **speech}, encoding, locators)

    def _meeting(
        self, meeting: Record, speeches: Sequence[Record], encoding: Record, locators: set[str]
    ) -> Iterator[Found]:
        texts = [self._text(speech) for speech in speeches if not self._left_out(speech)]
        text = blocks(text for text in texts if text)
        about = {**_known(meeting, _ABOUT_MEETING), "speeches": len(texts), **encoding}
        locator = _locator("meeting", meeting.get("issueID"), locators)
        if text:
            yield Content(text, _title(meeting), about, locator)
        else:
            yield Skipped("no_text")

    def _speech(self, speech: Record, encoding: Record, locators: set[str]) -> Iterator[Found]:
        if self._left_out(speech):
            yield Skipped("attendance")
            return
        locator = _locator("speech", speech.get("speechID"), locators)
        text = self._text(speech)
        if text is None:
            message = "the record has no text of a speech; fetch it with the 'speech' API"
            yield Trouble(locator, "missing_text", message)
        elif text:
            about = _known(speech, (*_ABOUT_SPEECH, *_ABOUT_MEETING))
            yield Content(text, _title(speech), {**about, **encoding}, locator)
        else:
            yield Skipped("no_text")

    def _left_out(self, speech: Record) -> bool:
        return not self.params.attendance and speech.get("speaker") == _NOBODY

    def _text(self, speech: Record) -> str | None:
        """A speech's text; None where the record has none."""
        text = speech.get("speech")
        if not isinstance(text, str):
            return None
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n ")
        return text if self.params.speaker_marks else _SPEAKER.sub("", text)


def _answer(raw: Raw) -> tuple[Any, dict[str, Any]]:
    """The answer as JSON has it, and how its bytes were read."""
    if raw.data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        root, about = xml_tree(raw)
        return _from_xml(root), about
    decoded = decoded_text(raw.data, raw.charset)
    try:
        return msgspec.json.decode(decoded.text), about_encoding(decoded)
    except (msgspec.DecodeError, RecursionError):
        message = "not valid JSON, or cut short; fetch the answer again"
        raise UnreadableError("invalid_json", message) from None


def _from_xml(root: Element) -> dict[str, Any]:
    """The records of an answer in XML, as they are in JSON."""
    meetings = [_fields(each) for each in root.iter("{*}meetingRecord")]
    if meetings:
        return {"meetingRecord": meetings}
    return {"speechRecord": [_fields(each) for each in root.iter("{*}speechRecord")]}


def _fields(record: Element) -> dict[str, Any]:
    fields: dict[str, Any] = {local(each): each.text for each in record if not len(each)}
    speeches = [each for each in record if local(each) == "speechRecord"]
    if speeches:
        fields["speechRecord"] = [
            {local(each): each.text for each in speech if not len(each)} for speech in speeches
        ]
    return fields


def _meetings(answer: Any) -> Iterator[tuple[Record, list[Record]]]:
    """Meetings and their speeches; speeches that came alone are put together by meeting."""
    parts = answer if isinstance(answer, list) else [answer]
    for part in parts:
        if not isinstance(part, dict):
            continue
        for meeting in _records(part.get("meetingRecord")):
            yield _without_speeches(meeting), _records(meeting.get("speechRecord"))
        by_meeting: dict[str, list[Record]] = {}
        for speech in _records(part.get("speechRecord")):
            by_meeting.setdefault(str(speech.get("issueID")), []).append(speech)
        for speeches in by_meeting.values():
            yield {key: speeches[0].get(key) for key in _ABOUT_MEETING}, speeches


def _records(value: Any) -> list[Record]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _without_speeches(meeting: Record) -> Record:
    return {name: value for name, value in meeting.items() if name != "speechRecord"}


def _known(record: Record, names: Sequence[str]) -> dict[str, Any]:
    """What the record says, by its own names; speaker, date and address also as columns."""
    found = {name: record.get(name) for name in names if record.get(name) not in (None, "")}
    speaker = found.get("speaker")
    return {
        **found,
        "author": str(speaker) if speaker and speaker != _NOBODY else None,
        "published": _string(found.get("date")),
        "url": _string(record.get("speechURL") or record.get("meetingURL")),
        "language": "ja",
    }


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _title(record: Record) -> str | None:
    """House, meeting and issue, such as 衆議院 本会議 第3号."""
    parts = (record.get(name) for name in ("nameOfHouse", "nameOfMeeting", "issue"))
    return " ".join(part for part in parts if isinstance(part, str) and part) or None


def _locator(kind: str, own: Any, taken: set[str]) -> str:
    """By the record's own number, or by its rank where it has none or one that was there."""
    locator = f"{kind} {own}" if isinstance(own, str) and own and len(own) < 60 else ""
    if not locator or locator in taken:
        locator = f"{kind} #{len(taken) + 1}"
    taken.add(locator)
    return locator

"""Reading mail that came in: reports of mail servers (RFC 3464), automatic answers (RFC 3834), and what people write.

Whoever wrote it wrote anything. So nothing here raises, the old parsing rules of `email` are used because the new ones
choke on odd headers, and of a report only the Message-ID counts, with which the archive is asked: never the recipient
that the report names.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice
from typing import Any, cast

MOST_TEXT = 10_000
"""Characters of a notice that a ticket quotes; the raw mail is kept whole."""
_MOST_SUBJECT = 300
_MOST_READ = 262_144
"""Bytes of a mail that are looked at; a report has its headers, and those of the mail that came back, before that."""
_MOST_PARTS = 100
_ID = re.compile(r"<[^<>\s]{3,400}>")
_STATUS = re.compile(r"(?<![0-9.])([45]\.[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])")
_ORIGINAL = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_ARRIVED = ("delivered", "relayed", "expanded")
_BULK = ("bulk", "junk", "list", "auto_reply")
_MARKS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "Feedback-ID")


@dataclass(frozen=True)
class DeliveryReport:
    """What a mail server says of one mail of ours, found by any of `message_ids`.

    `status` is the code of RFC 3463: 5.1.1, or 5.0.0 and 4.0.0 where only a failure or a delay was told. `said` are the
    server's words; they may hold addresses. `failed`: it gave up, at once (5) or after trying for days (4); a mail
    that is late, or arrived somewhere, did not fail.
    """

    message_ids: tuple[str, ...]
    failed: bool
    status: str
    said: str


@dataclass(frozen=True)
class CustomerMail:
    """A mail that is no report. `about` are the Message-IDs that it answers; `automatic`: no person wrote it."""

    subject: str
    text: str
    about: tuple[str, ...]
    automatic: bool


def read_mail(raw: bytes) -> DeliveryReport | CustomerMail:
    """What a mail is. Its beginning says so; of parts within parts without end only the head is read: it takes long."""
    start = raw[:_MOST_READ]
    nested = start.lower().count(b"boundary") > _MOST_PARTS
    mail = BytesHeaderParser().parsebytes(start) if nested else message_from_bytes(start)
    if mail.get_content_type() == "multipart/report" and _word(mail.get_param("report-type")) == "delivery-status":
        return _report(mail)
    return CustomerMail(
        subject=_line(mail, "Subject")[:_MOST_SUBJECT],
        text=_text(mail)[:MOST_TEXT],
        about=_answered(mail),
        automatic=_is_automatic(mail),
    )


def id_of(raw: bytes) -> str:
    """The mail's Message-ID, or a digest where there is none: the same for a mail that is handed over twice."""
    mail = BytesHeaderParser().parsebytes(raw[:_MOST_READ])
    given = _ID.fullmatch(_line(mail, "Message-ID"))
    if given and given[0].isascii() and given[0].isprintable() and "=?" not in given[0]:
        return given[0]
    # The servers on the way add their own headers on top, each time others.
    told = "\n".join(_line(mail, name) for name in ("Message-ID", "Date", "From", "To", "Subject"))
    _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return f"sha256:{hashlib.sha256(told.encode('utf-8', 'backslashreplace') + body).hexdigest()}"


def mentioned(raw: bytes) -> tuple[str, ...]:
    """Every Message-ID that stands anywhere in it; the first hundred."""
    found = _ID.findall(raw.decode("ascii", "replace"))
    return tuple(dict.fromkeys(each for each in found if "@" in each))[:100]


def _report(mail: Message) -> DeliveryReport:
    blocks = list(_recipients(mail))
    actions = [_word(block.get("Action")) for block in blocks]
    failed = "failed" in actions and not any(action in _ARRIVED for action in actions)
    told = next((b for b in blocks if _word(b.get("Action")) == "failed"), blocks[0] if blocks else Message())
    code = _STATUS.search(_line(told, "Status")) or _STATUS.search(_line(told, "Diagnostic-Code"))
    return DeliveryReport(
        message_ids=tuple(dict.fromkeys((*islice(_original(mail), 5), *_answered(mail)))),
        failed=failed,
        status=code[1] if code else ("5.0.0" if failed else "4.0.0"),
        said=_line(told, "Diagnostic-Code")[:500],
    )


def _recipients(mail: Message) -> Iterator[Message]:
    """The blocks of the report's second part that are about a recipient."""
    for part in _parts(mail):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            blocks = _parts(part) or [message_from_string(each) for each in _decoded(part).split("\n\n")]
            yield from (block for block in blocks if "Action" in block)


def _original(mail: Message) -> Iterator[str]:
    """The Message-ID of the mail that came back: whole, or its headers only."""
    for part in _parts(mail):
        if part.get_content_type() in _ORIGINAL:
            for original in _parts(part) or [message_from_string(_decoded(part))]:
                yield from _ids(original, "Message-ID")


def _parts(mail: Message) -> list[Message]:
    """The parts themselves, and nothing that stands inside of an attached mail."""
    parts: Any = mail.get_payload()
    inside = cast("list[Any]", parts) if isinstance(parts, list) else []
    return [part for part in inside if isinstance(part, Message)]


def _is_automatic(mail: Message) -> bool:
    """By RFC 3834, and by what was usual before it."""
    submitted = _word(_line(mail, "Auto-Submitted").partition(";")[0])
    if submitted not in ("", "no") or _word(mail.get("Precedence")) in _BULK:
        return True
    return mail.get_content_type() == "multipart/report" or any(mark in mail for mark in _MARKS)


def _answered(mail: Message) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_ids(mail, "In-Reply-To"), *reversed(_ids(mail, "References")))))[:50]


def _ids(mail: Message, name: str) -> list[str]:
    return _ID.findall(_line(mail, name))


def _text(mail: Message) -> str:
    """The first plain text that is no attachment; a person opens the mail itself for anything else."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment":
            return _decoded(part).replace("\r\n", "\n").strip()
    return ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(str(part.get_content_charset("utf-8")), "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def _line(mail: Message, name: str) -> str:
    """A header as one line of text."""
    given = str(mail.get(name, ""))[:20_000]
    with suppress(LookupError, ValueError, MessageError):  # an unknown character set, or a broken encoding
        given = str(make_header(decode_header(given)))
    return " ".join(given.encode("utf-8", "replace").decode().split())


def _word(given: object) -> str:
    return str(given or "").strip().lower()

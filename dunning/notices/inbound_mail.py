"""Reading mail that came in: reports of mail servers (RFC 3464), automatic answers (RFC 3834), and what people write.

Whoever wrote it wrote anything. So nothing here raises, the old parsing rules of `email` are used because the new ones
choke on odd headers, and of a report only the Message-ID counts, with which the archive is asked: never the recipient
that the report names.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from itertools import islice
from typing import Any, cast

MOST_TEXT = 10_000
"""Characters of a notice that a ticket quotes; the raw mail is kept whole."""
_MOST_SUBJECT = 300
_MOST_READ = 262_144
"""Bytes of a mail that are looked at; a report has its headers, and those of the mail that came back, before that."""
_MOST_PARTS = 100
_MOST_PARAMETERS = 2_000
"""Characters of a `Content-...` header: what reads its parameters goes through all of them again for each."""
_ID = re.compile(r"<[^<>\s]{3,400}>")
_STATUS = re.compile(r"(?<![0-9.])([45]\.[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])")
_ORIGINAL = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_OWN = re.compile(r"from [\w.-]+ by [\w.-]+ with local\b", re.IGNORECASE)
"""Exim writes so of what a program on its own machine gave it; of another machine it gives the address."""
_CHECKS = re.compile(r"\b(dmarc|spf|dkim)=(\w+)")
_PROGRAMS = re.compile(
    r"mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?([-+].*)?|owner-.*|.*-(request|owner)|srs[01][=+-].*"
)
_ARRIVED = ("delivered", "relayed", "expanded")
_CHARSETS = ("utf-", "ascii", "iso", "cp", "koi8", "euc", "gb", "big5", "shift_jis", "hz", "mac", "tis")
"""How names of charsets begin; of other codecs some need the square of the text's length (`punycode`)."""
_BULK = ("bulk", "junk", "list", "auto_reply")
_MARKS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "Feedback-ID")


class _Cut(Compat32):
    """The old rules, with parameters no longer than anybody needs, and none that Python's own reader breaks at."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if not name.lower().startswith("content-"):
            return name, value
        alone = Message()
        alone["Content-Type"] = value[:_MOST_PARAMETERS]
        try:
            alone.get_params()
        except (TypeError, ValueError):  # `a*0=b; a*=c`
            return name, value.partition(";")[0]
        return name, value[:_MOST_PARAMETERS]


_RULES = _Cut()


@dataclass(frozen=True)
class DeliveryReport:
    """What a mail server says of one mail of ours, found by any of `message_ids`.

    `status` is the code of RFC 3463: 5.1.1, or 5.0.0 and 4.0.0 where only a failure or a delay was told. `said` are the
    server's words; they may hold addresses. `failed`: it gave up, at once (5) or after trying for days (4); a mail
    that is late, or arrived somewhere, did not fail. `from_elsewhere`: our mail server did not write it, but took it
    from another machine.
    """

    message_ids: tuple[str, ...]
    failed: bool
    status: str
    said: str
    from_elsewhere: bool = False


@dataclass(frozen=True)
class CustomerMail:
    """A mail that is no report. `about` are the Message-IDs that it answers; `automatic`: no person wrote it.

    `forged`: our mail server found that its sender did not send it (`Authentication-Results`, RFC 8601).
    """

    subject: str
    text: str
    about: tuple[str, ...]
    automatic: bool
    forged: bool = False


def read_mail(raw: bytes) -> DeliveryReport | CustomerMail:
    """What a mail is. Its beginning says so; of parts within parts without end only the head is read: it takes long."""
    start = raw[:_MOST_READ]
    small = start.lower()
    nested = max(small.count(b"boundary"), small.count(b"content-type")) > _MOST_PARTS
    mail = BytesHeaderParser(policy=_RULES).parsebytes(start) if nested else message_from_bytes(start, policy=_RULES)
    if mail.get_content_type() == "multipart/report" and _word(mail.get_param("report-type")) == "delivery-status":
        return _report(mail)
    return CustomerMail(
        subject=_line(mail, "Subject")[:_MOST_SUBJECT],
        text=_text(mail)[:MOST_TEXT],
        about=_answered(mail),
        automatic=_is_automatic(mail),
        forged=_is_forged(mail),
    )


def id_of(raw: bytes) -> str:
    """The mail's Message-ID, or a digest where there is none: the same for a mail that is handed over twice."""
    mail = BytesHeaderParser(policy=_RULES).parsebytes(raw[:_MOST_READ])
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
        from_elsewhere=_came_from_elsewhere(mail),
    )


def _came_from_elsewhere(mail: Message) -> bool:
    """By the topmost Received, which our own server wrote: what it made itself, it had from nobody (RFC 5321, 4.4)."""
    received = _line(mail, "Received")
    return received.lower().startswith("from ") and not _OWN.match(received)


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


def _is_forged(mail: Message) -> bool:
    """By the topmost of them, which our own server wrote, if it writes any: a forger would not say that it fails."""
    found = dict(_CHECKS.findall(_line(mail, "Authentication-Results").lower()))
    return found.get("dmarc") == "fail" or (found.get("spf") == "fail" and found.get("dkim") != "pass")


def is_answered(sender: str) -> bool:
    """Whether the address is a person's, and no program's or list's (RFC 3834, section 2)."""
    return _PROGRAMS.fullmatch(sender.rpartition("@")[0].lower()) is None


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
    return _text_of(payload if isinstance(payload, bytes) else b"", str(part.get_content_charset("utf-8")))


def _text_of(content: bytes, charset: str | None) -> str:
    """In a character set that mail is written in: Python knows others that take seconds, such as punycode."""
    try:
        name = codecs.lookup(charset or "us-ascii").name
        text = content.decode(name if name.startswith(_CHARSETS) else "latin-1", "replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _line(mail: Message, name: str) -> str:
    """A header as one line of text."""
    given = str(mail.get(name, ""))[:20_000]
    with suppress(ValueError, MessageError):  # a broken encoding
        parts = cast("list[tuple[bytes | str, str | None]]", decode_header(given))
        given = "".join(part if isinstance(part, str) else _text_of(part, charset) for part, charset in parts)
    return " ".join(given.encode("utf-8", "replace").decode().replace("\0", "").split())


def _word(given: object) -> str:
    return str(given or "").strip().lower()

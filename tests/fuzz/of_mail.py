"""Mail that comes in: what people wrote, and reports of mail servers."""

from contextlib import nullcontext

from dunning.notices.inbound_mail import MOST_TEXT, CustomerMail, DeliveryReport, id_of, mentioned, read_mail
from tests.fuzz.target import Target

_LONGEST_ID = 410


def _check(data: bytes) -> None:
    found = read_mail(data)
    ids = found.about if isinstance(found, CustomerMail) else found.message_ids
    if isinstance(found, CustomerMail):
        assert len(found.subject) <= 300
        assert len(found.text) <= MOST_TEXT
    else:
        assert isinstance(found, DeliveryReport)
        assert len(found.said) <= 500
        assert len(found.status) <= 12
    assert len(ids) <= 1_000
    assert all(len(each) <= _LONGEST_ID for each in ids)
    name = id_of(data)
    assert 0 < len(name) <= _LONGEST_ID
    assert name.isascii()
    assert name.isprintable()
    assert len(mentioned(data)) <= 100


_WORDS = (
    b"Content-Type: ", b"multipart/report", b"multipart/mixed", b"message/rfc822", b"message/delivery-status",
    b"text/plain", b"; boundary=b", b"; boundary*0*=utf-8''b", b"; charset=", b"utf-7", b"punycode", b"idna", b"hz",
    b"utf-16", b"base64", b"quoted-printable", b"x-uuencode", b"Content-Transfer-Encoding: ", b"begin 644 x",
    b"=?utf-8?b?", b"=?utf-8?q?", b"?=", b"\r\n--b\r\n", b"\r\n--b--", b"Message-ID: <a@b>", b"References: ", b"<a@b>",
    b"Action: failed", b"Status: 5.1.1", b"report-type=delivery-status", b"Auto-Submitted: ", b"Received: from ",
    b"Authentication-Results: x; dmarc=fail", b"\r\n ", b"\r\n\r\n", b"=\r\n", b"From ", b"Diagnostic-Code: smtp; ",
    b"filename*0=", b"=00", b"\\",
)  # fmt: skip
_LETTER = b"""\
From: Ada <ada@bakery.example>
To: no-reply@hosting.example
Subject: =?utf-8?q?Re:_Caf=C3=A9?=
Message-ID: <1@bakery.example>
In-Reply-To: <n@hosting.example>
References: <m@x> <n@hosting.example>
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

I paid =A320 last week.
--b
Content-Type: text/html

<p>x</p>
--b--
"""
_AWAY = b"From: a@b.example\nAuto-Submitted: auto-replied\nPrecedence: bulk\n\nI am away.\n"
_REPORT = b"""\
Received: from mx by hosting.example with local
From: MAILER-DAEMON@hosting.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

It came back.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; hosting.example

Final-Recipient: rfc822; a@b
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Message-ID: <n@hosting.example>
Subject: x

body
--b--
"""


def _as_sent(mail: bytes) -> bytes:
    return mail.replace(b"\n", b"\r\n")


MAIL = Target(lambda: nullcontext(_check), (_as_sent(_LETTER), _AWAY), _WORDS)
REPORTS = Target(lambda: nullcontext(_check), (_as_sent(_REPORT), _REPORT), _WORDS)

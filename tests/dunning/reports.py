"""Reports as mail servers write them, about a mail of ours."""

ID = "<4f1c0e9d8b7a6f5e4d3c2b1a09f8e7d6@hosting.example>"

_POSTFIX = """\
Return-Path: <>
Received: by mx.hosting.example (Postfix) id 9D2A3C0042; Wed, 25 Nov 2026 10:00:00 +0000 (UTC)
Date: Wed, 25 Nov 2026 10:00:00 +0000 (UTC)
From: MAILER-DAEMON@mx.hosting.example (Mail Delivery System)
Subject: {subject}
To: bounces@hosting.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="8A1B2C0041.1764064800/mx.hosting.example"
Message-Id: <{own}@mx.hosting.example>

This is a MIME-encapsulated message.

--8A1B2C0041.1764064800/mx.hosting.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.hosting.example.

I'm sorry to have to inform you that your message could not be delivered.

--8A1B2C0041.1764064800/mx.hosting.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.hosting.example
X-Postfix-Queue-ID: 8A1B2C0041
X-Postfix-Sender: rfc822; bounces@hosting.example
Arrival-Date: Wed, 25 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.bakery.example
Diagnostic-Code: smtp; {said}

--8A1B2C0041.1764064800/mx.hosting.example
Content-Description: Undelivered Message{headers_only}
Content-Type: {original}

Return-Path: <bounces@hosting.example>
From: Example Hosting <billing@hosting.example>
To: {recipient}
Subject: Second Invoice Overdue Notice
Message-ID: {message_id}
Auto-Submitted: auto-generated

--8A1B2C0041.1764064800/mx.hosting.example--
"""


def postfix(
    message_id: str = ID,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 <owner@bakery.example>: no such user",
    recipient: str = "owner@bakery.example",
    headers_only: bool = False,
    own: str = "20261125100000.9D2A3C0042",
) -> bytes:
    """Postfix: the whole mail, or its headers for one that is late."""
    text = _POSTFIX.format(
        subject="Undelivered Mail Returned to Sender" if action == "failed" else "Delayed Mail (still being retried)",
        action=action,
        status=status,
        said=said,
        recipient=recipient,
        headers_only=" Headers" if headers_only else "",
        original="text/rfc822-headers" if headers_only else "message/rfc822",
        message_id=message_id,
        own=own,
    )
    return text.replace("\n", "\r\n").encode()


EXCHANGE = f"""\
Received: from AM0PR01MB1234.eurprd01.prod.exchangelabs.com (mail-am0.example [192.0.2.7])
	by mx.hosting.example (Postfix) with ESMTPS id 7C1D2E0099; Wed, 25 Nov 2026 10:00:02 +0000 (UTC)
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@bakery.example>
To: "bounces@hosting.example" <bounces@hosting.example>
Date: Wed, 25 Nov 2026 10:00:02 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="b4f5f0e3-6a0c-4d5e-9f33-7d3f1c1c7f0e"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <a1b2c3d4-0001@AM0PR01MB1234.eurprd01.prod.exchangelabs.com>
In-Reply-To: {ID}
References: {ID}
Subject: Undeliverable: Second Invoice Overdue Notice
Auto-Submitted: auto-replied
MIME-Version: 1.0

--b4f5f0e3-6a0c-4d5e-9f33-7d3f1c1c7f0e
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body>Your message to owner@bakery.example couldn't be delivered.</body></html>

--b4f5f0e3-6a0c-4d5e-9f33-7d3f1c1c7f0e
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;mx.hosting.example
Arrival-Date: Wed, 25 Nov 2026 10:00:01 +0000

Final-Recipient: rfc822;owner@bakery.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound;
 Recipient owner@bakery.example not found by SMTP address lookup

--b4f5f0e3-6a0c-4d5e-9f33-7d3f1c1c7f0e--
""".encode()
"""Exchange Online, without the original: the answer's own headers name it."""

QMAIL = f"""\
Date: 25 Nov 2026 10:00:00 -0000
From: MAILER-DAEMON@mx.old.example
To: bounces@hosting.example
Subject: failure notice

Hi. This is the qmail-send program at mx.old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<owner@bakery.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <bounces@hosting.example>
Message-ID: {ID}
Subject: Second Invoice Overdue Notice
""".encode()
"""qmail's own kind, which is no report of RFC 3464."""


def customer_mail(
    text: str = "When is it due?", about: str = ID, *, own: str = "<q1@bakery.example>", **headers: str
) -> bytes:
    """What a person writes."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    answered = f"In-Reply-To: {about}\nReferences: <x@y> {about}\n" if about else ""
    return (
        f"From: Owner <owner@bakery.example>\nTo: no-reply@hosting.example\nMessage-ID: {own}\n{answered}{more}"
        f"Subject: =?utf-8?q?Re=3A_Gr=C3=BC=C3=9Fe?=\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()

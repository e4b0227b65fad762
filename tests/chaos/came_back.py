"""Reports that notices came back: the mail server's own, which are true, and those that the customer writes.

Whoever owes money gains by a notice that came back. So what the customer reports changes nothing: no notice is written
again, nobody's address is marked, and so nothing that was warned of waits.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

import aiosmtplib
import httpx2

from dunning.records.mail import InboundMail
from sandbox.mail.books import Message
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.seen import Seen
from tests.dunning.reports import customer_mail, postfix

BOUNCES, NO_REPLY = "bounces@hosting.example", "no-reply@hosting.example"
ELSEWHERE = "127.0.0.2"
"""None of the mail servers of a world."""
GONE = "gone"
"""What became of a mail that was purged since."""
FROM_OUTSIDE = (
    b"Received: from home (dsl-7.example [192.0.2.7])\r\n\tby mx.hosting.example (Postfix) with ESMTP id 9D2;\r\n"
)
MOST = 3
"""So often a notice is written again because it came back."""
Way = Literal[
    "from their own address", "to the address of all", "to a guessed address", "to no-reply",
    "to another notice's address", "through our mail server", "from another machine",
]  # fmt: skip
"""How the customer tries it: each time something is missing that only our own mail server can do."""
WAYS: tuple[Way, ...] = get_args(Way)
_AGAIN = re.compile(r":again:bounced:(\d+)")


class Handed(NamedTuple):
    """A mail as it is handed to our door: sender and recipient of the envelope, from which address of the network."""

    raw: bytes
    to: str
    sender: str = ""
    at: str = "127.0.0.1"


async def forges(life: Life, act: Act) -> None:
    """The customer says that one of their own notices came back. They know all that stands in it and on it."""
    if (mails := await _got(life)) and (mail := _one_of(mails, act)):
        name = f"forged-{life.account}-{act.day}-{act.pick:.6f}"
        how = WAYS[int(act.pick * 997) % len(WAYS)]
        raw = postfix(mail.message_id, recipient=life.email, own=name)
        handed = _forged(how, raw, mail, [each.sender for each in mails])
        if handed.at == ELSEWHERE:
            return await _is_turned_away(life, handed)
        became = await _handled(life, handed, f"<{name}@mx.hosting.example>")
        life.told.done.append(f"{mail.subject}: said to have come back, {how} ({became})")
        life.told.forged += 1
        if not became.startswith(("not believed: ", "noted: ", GONE)):
            life.told.wrong.append(f"the customer's own report, {how}, was {became}")
    return None


async def comes_back(life: Life, act: Act) -> None:
    """The company's own mail server could not deliver the last notice that it took."""
    mails = await _got(life)
    if mails and (mail := mails[-1]):
        (copy, *_) = await life.persist(lambda: life.world.stage.store.sent_as((mail.message_id,))) or (None,)
        if copy is None or copy.status != "delivered":  # whether it went out is not known yet
            return
        name = f"back-{life.account}-{act.day}-{act.pick:.6f}"
        life.told.came_back.add(mail.message_id)
        raw = postfix(mail.message_id, recipient=life.email, own=name)
        became = await _handled(life, Handed(raw, mail.sender), f"<{name}@mx.hosting.example>")
        life.told.done.append(f"{mail.subject}: came back ({became})")
        if not became.startswith(("bounced ", "not believed: the customer has answered", GONE)):
            life.told.wrong.append(f"our own mail server's report was {became}")


async def a_stranger_answers(life: Life, act: Act) -> None:
    """Somebody who never got a notice is written into an answer to it as its sender, so that we write to them."""
    if (mails := await _got(life)) and (mail := _one_of(mails, act)):
        name, victim = f"<answer-{life.account}-{act.day}-{act.pick:.6f}@x>", f"victim@{life.account}.invalid"
        raw = customer_mail(about=mail.message_id, own=name)
        became = await _handled(life, Handed(raw, NO_REPLY, victim), name)
        life.told.done.append(f"{mail.subject}: answered by {victim} ({became})")
        if became not in ("ticket, not answered", GONE) or await life.world.stage.companies.mail.to(victim):
            life.told.wrong.append(f"{victim} never wrote to us, and was {became}")


def _forged(how: Way, raw: bytes, mail: Message, senders: Sequence[str]) -> Handed:
    to = {
        "to the address of all": BOUNCES,
        "to a guessed address": f"{mail.sender.partition('-')[0]}-{'0' * 16}@hosting.example",
        "to no-reply": NO_REPLY,
        "to another notice's address": next((each for each in senders if each != mail.sender), BOUNCES),
    }.get(how, mail.sender)
    match how:
        case "from their own address":
            return Handed(raw, to, mail.recipients[0])
        case "through our mail server":
            return Handed(FROM_OUTSIDE + raw.replace(b"Return-Path: <>\r\n", b""), to)
        case "from another machine":
            return Handed(raw, to, at=ELSEWHERE)
        case _:
            return Handed(raw, to)


async def _got(life: Life) -> list[Message]:
    """What the customer got from us, oldest first, each with the address that it came from."""
    return [mail for mail in await life.world.stage.companies.mail.to(life.email) if "+" in mail.sender]


def _one_of(mails: list[Message], act: Act) -> Message:
    """The last one mostly: that is the one that warns of what comes next."""
    return mails[-1] if act.pick < 0.6 else mails[int(act.pick * len(mails))]


async def _is_turned_away(life: Life, handed: Handed) -> None:
    try:
        code = await life.persist(lambda: _hand_over(life, handed))
    except aiosmtplib.SMTPException as refused:
        life.told.done.append(f"another machine hands a report over: {refused}")
    else:
        life.told.wrong.append(f"another machine than our mail server's handed a report over ({code})")


async def _handled(life: Life, handed: Handed, name: str) -> str:
    """What became of the mail, once our door has handled it."""
    await life.persist(lambda: _hand_over(life, handed))

    async def over() -> InboundMail | None:
        mail = await life.world.stage.store.inbound_mail(name)
        if mail and not mail.outcome:
            raise httpx2.ConnectError("the mail is not handled yet")
        return mail

    mail = await life.persist(over)
    return mail.outcome if mail else GONE


async def _hand_over(life: Life, handed: Handed) -> int:
    """As a mail server does it, which comes again. Raises SMTPException for what is refused for good."""
    door = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=life.world.stage.mail_in, start_tls=False, source_address=(handed.at, 0)
    )
    try:
        async with door as smtp:
            await smtp.mail(handed.sender)
            await smtp.rcpt(handed.to)
            return (await smtp.data(handed.raw)).code
    except aiosmtplib.SMTPResponseException as error:
        if error.code >= 500:
            raise
        raise httpx2.ConnectError(str(error)) from error
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, TimeoutError) as error:
        raise httpx2.ConnectError(str(error)) from error


def believed(seen: Seen) -> Iterator[str]:
    """What was done for notices of which only the customer said that they came back."""
    true = seen.life.told.came_back
    by_step = {copy.id.rpartition(":")[0]: copy for copy in seen.notices}
    for copy in seen.notices:
        if copy.status == "bounced" and copy.message_id not in true and not _in_one_of(copy.digest, seen):
            yield f"notice {copy.id} is marked as one that came back, and only the customer said so"
    for number, case in seen.cases.items():
        for done in case.done:
            copy = by_step.get(f"{number}:{done.step}")
            if done.kind == "bounced" and copy and copy.status != "bounced":
                yield f"{number}: {done.step} counts as one that came back, and its notice did not"
            if (again := _AGAIN.search(done.step)) and (not true or int(again[1]) > MOST):
                yield f"{number}: {done.step}, and {len(true)} of its notices came back"
    if not true and any(contact.bounced_at for contact in seen.contacts):
        yield f"{seen.life.email} is marked as dead, and no mail came back from there"


def _in_one_of(digest: str, seen: Seen) -> bool:
    carriers = [copy for copy in seen.notices if copy.id == digest]
    return any(copy.message_id in seen.life.told.came_back for copy in carriers)

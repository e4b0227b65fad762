"""What every mailer must keep, against a real server that refuses, defers and hangs up on demand."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from dunning.ports.outages import OutageError
from dunning.records.mail import Mail, NoticeText
from sandbox.mail.books import Message
from tests.adapters.companies import MAILERS, MailCompany

TEXT = NoticeText(
    subject="Überfällig: Ihre Rechnung INV-7 über 19,99 €, bitte zahlen Sie bis zum 12. März",
    text="Grüße.\n.\nFrom here on, a line that is long: " + "x" * 2000 + "\n",
    html="<p>Grüße.</p>\n" + "<b>€</b>" * 400 + "\n",
    template="common/lock@1",
)


@pytest.fixture(scope="module", params=MAILERS)
async def company(request: pytest.FixtureRequest) -> AsyncGenerator[MailCompany]:
    async with MAILERS[request.param]() as company:
        yield company


@pytest.fixture
def mail(request: pytest.FixtureRequest) -> Mail:
    name = request.node.name.replace("[", "-").replace("]", "").replace(":", "-")
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Mail(message_id=f"INV-7:{name}", recipient=f"{name}@customer.example", content=TEXT, at=at)


async def caught(company: MailCompany, mail: Mail) -> Message:
    (message,) = (await company.control.books()).to(mail.recipient)
    return message


async def test_a_message_arrives_whole(company: MailCompany, mail: Mail):
    delivery = await company.mailer.send(mail)
    assert delivery.status == "delivered"
    assert delivery.detail.startswith("250 ")
    message = await caught(company, mail)
    assert message.subject == TEXT.subject
    assert message.text.replace("\r\n", "\n") == TEXT.text
    assert message.html.replace("\r\n", "\n") == TEXT.html
    headers = dict(message.headers)
    assert headers["From"] == "Hosting Müller <billing@host.example>"
    assert headers["Reply-To"] == "no-reply@host.example"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Date"] == "Sun, 01 Mar 2026 12:00:00 +0000"
    assert headers["Content-Type"].startswith("multipart/alternative")


async def test_a_second_copy_is_recognisable(company: MailCompany, mail: Mail):
    for _ in range(2):
        await company.mailer.send(mail)
    message = await caught(company, mail)
    assert message.copies == 2
    assert message.message_id.endswith("@host.example>")


async def test_a_long_id_is_not_torn(company: MailCompany, mail: Mail):
    given = f"<{'n' * 200}@notices.example>"
    await company.mailer.send(mail.model_copy(update={"message_id": given}))
    assert (await caught(company, mail)).message_id == given


@pytest.mark.parametrize(("behaviour", "code"), [("refuse:550", "550"), ("refuse:552", "552"), ("reject:554", "554")])
async def test_a_permanent_refusal_is_a_value(company: MailCompany, mail: Mail, behaviour: str, code: str):
    await company.control.script(mail.recipient, behaviour)
    delivery = await company.mailer.send(mail)
    assert delivery.status == "refused"
    assert delivery.detail.startswith(code)
    assert mail.recipient not in delivery.detail


@pytest.mark.parametrize("behaviour", ["defer:451", "reject:451", "reject:421"])
async def test_a_temporary_refusal_is_an_outage_without_names(company: MailCompany, mail: Mail, behaviour: str):
    await company.control.script(mail.recipient, behaviour)
    with pytest.raises(OutageError) as outage:
        await company.mailer.send(mail)
    assert mail.recipient not in str(outage.value)
    assert outage.value.__cause__ is None  # a cause would travel into Temporal's history
    assert (await company.mailer.send(mail)).status == "delivered"


async def test_deferred_three_times_then_taken(company: MailCompany, mail: Mail):
    await company.control.script(mail.recipient, "defer:450", times=3)
    for _ in range(3):
        with pytest.raises(OutageError, match="450"):
            await company.mailer.send(mail)
    assert (await company.mailer.send(mail)).status == "delivered"


async def test_hanging_up_after_the_message_leaves_it_unknown(company: MailCompany, mail: Mail):
    await company.control.script(mail.recipient, "drop_after_data")
    assert (await company.mailer.send(mail)).status == "unknown"
    await company.mailer.send(mail)
    assert (await caught(company, mail)).copies == 2


async def test_silence_after_the_message_leaves_it_unknown(company: MailCompany, mail: Mail):
    await company.control.script(mail.recipient, "hold")
    assert (await company.hasty.send(mail)).status == "unknown"
    assert (await caught(company, mail)).copies == 1


@pytest.mark.parametrize("recipient", ["", "nobody", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "ü@c.example"])
async def test_what_is_no_address_is_refused_without_asking(company: MailCompany, mail: Mail, recipient: str):
    before = len((await company.control.books()).messages)
    delivery = await company.mailer.send(mail.model_copy(update={"recipient": recipient}))
    assert delivery.status == "refused"
    assert len((await company.control.books()).messages) == before

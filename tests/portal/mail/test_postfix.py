"""With a real postfix in between: the customer's server says no, and the report of that finds its way back to us."""

import pytest

from adapters.mail.smtp import SmtpMailer
from dunning.case.facts import Bounced
from dunning.records.mail import Mail
from sandbox.mail.catcher import MailCatcher
from sandbox.stage.ports import free_ports
from tests.portal.post import BOUNCES, ENVELOPES, NO_REPLY, NOTICE, OWNER, SECOND, furnish, notice, post
from tests.portal.postfix import missing, postfix
from tests.portal.world import until


@pytest.mark.req("S2-20")
@pytest.mark.skipif(bool(missing()), reason=missing() or "it runs")
async def test_a_notice_that_the_customers_server_refuses_comes_back_and_marks_its_contact(url: str) -> None:
    customers = MailCatcher()
    server = await customers.listen(0)
    down = server.sockets[0].getsockname()[1]
    customers.scripts.add(OWNER, "refuse:550")
    (port,) = free_ports(1)
    async with server, post(url) as desk:
        await furnish(desk.store)
        with postfix(port, {BOUNCES: desk.port, "bakery.example": down}) as log:
            mailer = SmtpMailer("127.0.0.1", port, "billing@hosting.example", reply_to=NO_REPLY, envelopes=ENVELOPES)
            copy = notice()
            for to, message_id in ((OWNER, copy.message_id), (SECOND, "<another@hosting.example>")):
                mail = Mail(message_id=message_id, recipient=to, content=copy.content, at=copy.at)
                assert (await mailer.send(mail)).status == "delivered", "postfix did not take it"

            async def bounced() -> bool:
                return bool(desk.cases.brought)

            try:
                await until(bounced)
            except TimeoutError:
                pytest.fail(log.read_text())
            await until(lambda: customers.books.messages)
    assert [message.recipients for message in customers.books.messages] == [[SECOND]]
    (news,) = desk.cases.brought
    assert isinstance(news.fact, Bounced)
    assert (news.fact.notice, news.fact.reason) == (NOTICE, "5.0.0")

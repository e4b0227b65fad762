"""Warnings go to an address outside of the customer's own services, too: the real activity and a real mail server."""

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from activities.notices.send_notice import GREYLISTED, SendNotice
from adapters import mail
from adapters.mail.reachability import MailReach
from adapters.templates import renderer
from dunning.case.results import Delivered
from dunning.coverage import Coverage
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from operations.windows.shut import shut_by
from tests.notices.office import Office, an_office, order

INSIDE, ALSO_INSIDE, OUTSIDE = "billing@bakery.example", "ann@shop.bakery.example", "owner@post.example"


class Backups:
    """Says that there is a back-up, and counts how often it was asked."""

    asked = 0

    async def exist(self, services: Sequence[Service]) -> bool | None:
        self.asked += 1
        return bool(services)


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    async with an_office(tmp_path) as made:
        writing = mail.mailer_from(made.settings), renderer.renderer_from(made.settings), made.store, "hosting.example"
        made.activity = SendNotice(
            *writing, shut=shut_by(made.store, timedelta(hours=12)), reach=MailReach(), backups=Backups()
        )
        yield made


async def customer(office: Office, *emails: str, **mail_service: Any) -> None:
    website = Service(id="w", account="bakery", user="web", domain="bakery.example")
    more = (Service(id="m", account="bakery", kind="email", **mail_service),) if mail_service else ()
    await office.account(*emails, services=(website, *more))


def got(office: Office) -> list[int]:
    return [len(office.to(each)) for each in (INSIDE, ALSO_INSIDE, OUTSIDE)]


@pytest.mark.req("S3-20")
async def test_a_warning_goes_to_both_each_a_message_of_its_own(office: Office) -> None:
    await customer(office, INSIDE, ALSO_INSIDE, OUTSIDE)
    assert await office.send(order()) == Delivered(notice="INV-1042:first-overdue:0")
    assert got(office) == [1, 0, 1]
    copy = await office.store.notice("INV-1042:first-overdue:2")
    assert copy is not None
    assert (copy.recipient, copy.status) == (OUTSIDE, "delivered")
    await office.send(order())
    assert got(office) == [1, 0, 1], "a retry sends nothing twice"


@pytest.mark.req("S3-20")
@pytest.mark.parametrize(
    ("changes", "both"),
    [
        ({"next_action": "", "next_at": None}, False),
        ({"next_action": "", "next_at": None, "level": Level.SUSPENDED}, True),
        ({"next_action": "", "next_at": None, "level": Level.DELETED}, True),
    ],
    ids=["a receipt", "suspended", "deleted"],
)
async def test_what_warns_of_nothing_goes_to_the_first_contact_alone(
    office: Office, changes: dict[str, Any], both: bool
) -> None:
    await customer(office, INSIDE, OUTSIDE)
    await office.send(order(**changes))
    assert got(office) == [1, 0, int(both)]


async def test_an_outside_address_that_stands_first_is_enough(office: Office) -> None:
    await customer(office, OUTSIDE, INSIDE)
    await office.send(order())
    assert got(office) == [0, 0, 1]


async def test_a_mailbox_that_keeps_running_will_do_where_there_is_no_other(office: Office) -> None:
    mail_service = {"user": "mail", "domain": "shop.example"}
    await customer(office, INSIDE, "ann@shop.example", **mail_service)
    await office.send(order(covers=Coverage(kinds=("website",))))
    assert [len(office.to(each)) for each in (INSIDE, "ann@shop.example")] == [1, 1]
    await office.send(order(step="second-overdue"))
    assert [len(office.to(each)) for each in (INSIDE, "ann@shop.example")] == [2, 1], "all services are suspended"


async def test_an_outside_address_that_puts_us_off_holds_the_notice_up_for_a_while_only(office: Office) -> None:
    await customer(office, INSIDE, OUTSIDE)
    office.catcher.scripts.add(OUTSIDE, "defer:451")
    with pytest.raises(OutageError):
        await office.send(order())
    office.catcher.scripts.add(OUTSIDE, "defer:451")
    assert (await office.send(order(), attempt=GREYLISTED)).kind == "delivered"
    assert got(office) == [1, 0, 0]


@pytest.mark.req("S3-26")
async def test_the_last_notice_before_a_deletion_looks_for_back_ups(office: Office) -> None:
    await customer(office, OUTSIDE)
    await office.send(order(before_deletion=True))
    await office.send(order(step="known", before_deletion=True, backups=False))
    await office.send(order(step="other"))
    looked = office.activity._backups
    assert isinstance(looked, Backups)
    assert looked.asked == 1
    copy = await office.store.notice("INV-1042:first-overdue:0")
    assert copy is not None
    assert "services are due to be deleted later. There is a back-up now." in " ".join(copy.content.text.split())

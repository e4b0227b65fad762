"""The guard before a suspension: real store and real names; what was delivered to whom decides."""

from datetime import UTC, date, datetime, timedelta

import pytest

from activities.guards.reachability import ReachCheck
from adapters.mail.reachability import MailReach
from adapters.store import SqlStore
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.level import Level
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import KnownInvoice
from dunning.records.mail import NoticeCopy, NoticeText

AT = datetime(2026, 12, 11, 15, tzinfo=UTC)
HEAD = {"invoice": "INV-1", "account": "a", "at": AT, "today": AT.date()}
INSIDE, OUTSIDE = "billing@bakery.example", "owner@post.example"
TEXT = NoticeText(subject="s", text="t", html="h", template="x@1")


def suspend(**more: object) -> RestrictOrder:
    facts = {**HEAD, "step": "suspend", "level": Level.SUSPENDED, "warnings": ("INV-1:second:0",)}
    return RestrictOrder.model_validate({**facts, **more})


async def customer(store: SqlStore, *emails: str, bounced: str = "") -> None:
    contacts = [
        Contact(account="a", email=email, rank=rank, bounced_at=AT if email == bounced else None)
        for rank, email in enumerate(emails)
    ]
    services = (Service(id="s", account="a", user="bakery", domain="bakery.example"),)
    await store.put_account(Account(id="a", name="A", contacts=tuple(contacts), services=services))
    await store.open_invoice(KnownInvoice(number="INV-1", account="a", policy="p", due=date(2026, 12, 1)))


async def notice(store: SqlStore, recipient: str, rank: int, step: str = "second", status: str = "delivered") -> None:
    await store.put_notice(
        NoticeCopy(
            id=f"INV-1:{step}:{rank}",
            invoice="INV-1",
            account="a",
            recipient=recipient,
            at=AT,
            content=TEXT,
            status=status,
        )
    )


async def asked(store: SqlStore, order: RestrictOrder | DeleteOrder | None = None) -> Deferred | None:
    return await ReachCheck(store, MailReach()).may(order or suspend())


@pytest.mark.req("S2-19", "S3-21")
async def test_it_waits_while_all_contacts_are_inside_and_a_person_is_asked_once(store: SqlStore):
    await customer(store, INSIDE)
    await notice(store, INSIDE, 0)
    first, again = await asked(store), await asked(store)
    assert first == again
    assert first is not None
    assert (first.until, first.unreached) == (AT + timedelta(days=1), False)
    assert "staff asks the customer" in first.reason
    (ticket,) = await store.tickets("a")
    assert (ticket.invoice, "all would be cut off" in ticket.body) == ("INV-1", True)
    assert "@" not in ticket.subject + ticket.body


@pytest.mark.req("S3-22")
async def test_it_may_once_an_outside_contact_was_warned(store: SqlStore):
    await customer(store, INSIDE, OUTSIDE)
    await notice(store, INSIDE, 0)
    await notice(store, OUTSIDE, 1)
    assert await asked(store) is None
    assert await store.tickets("a") == ()


async def test_an_address_that_came_later_is_warned_at_once(store: SqlStore):
    await customer(store, INSIDE, OUTSIDE)
    await notice(store, INSIDE, 0)
    await notice(store, OUTSIDE, 1, step="issue")  # it warned of nothing
    waits = await asked(store)
    assert waits is not None
    assert (waits.until, waits.unreached) == (AT, True)


@pytest.mark.req("S2-20")
@pytest.mark.parametrize("status", ["refused", "bounced", "sending", "unknown"])
async def test_a_warning_that_did_not_arrive_is_written_again_a_day_later(store: SqlStore, status: str):
    await customer(store, INSIDE, OUTSIDE)
    await notice(store, OUTSIDE, 1, status=status)
    waits = await asked(store)
    assert waits is not None
    assert (waits.until, waits.unreached) == (AT + timedelta(days=1), True)


@pytest.mark.req("S2-20")
async def test_an_address_that_bounces_is_no_address(store: SqlStore):
    await customer(store, INSIDE, OUTSIDE, bounced=OUTSIDE)
    await notice(store, OUTSIDE, 1)
    waits = await asked(store)
    assert waits is not None
    assert not waits.unreached


@pytest.mark.parametrize(
    "order",
    [
        suspend(warnings=None),
        suspend(level=Level.LOCKED),
        suspend(level=Level.WARNED),
        DeleteOrder.model_validate({**HEAD, "step": "delete-backups", "backups": True, "warnings": ()}),
    ],
    ids=["needs no warning", "lock", "warn", "back-ups"],
)
async def test_what_takes_no_mail_along_is_not_held_up(store: SqlStore, order: RestrictOrder | DeleteOrder):
    await customer(store, INSIDE)
    assert await asked(store, order) is None


DELETE = DeleteOrder.model_validate({**HEAD, "step": "delete", "warnings": ()})


@pytest.mark.parametrize("order", [suspend(level=Level.INACTIVE), DELETE], ids=["deactivate", "delete"])
async def test_what_comes_after_a_suspension_is(store: SqlStore, order: RestrictOrder | DeleteOrder):
    await customer(store, INSIDE)
    assert await asked(store, order) is not None


async def test_nothing_to_compare_holds_nothing_up(store: SqlStore):
    await customer(store, OUTSIDE, INSIDE)
    account = await store.account("a")
    bare = tuple(service.model_copy(update={"domain": ""}) for service in account.services)
    await store.put_account(account.model_copy(update={"services": bare}))
    assert await asked(store) is None

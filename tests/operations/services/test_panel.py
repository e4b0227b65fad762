"""What is made of a panel that may lie, fails, belongs to others too, or cannot show what is asked for."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from adapters.settings.loopback import LOOPBACK
from adapters.sites.probes import OutsideProbes
from adapters.sites.webhooks import SilentSites
from adapters.store import SqlStore
from dunning.case.orders import DeleteOrder, ReinstateOrder
from dunning.coverage import Coverage
from dunning.holds import Hold, Rule
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect, PanelState
from operations.services.manual_tasks import back_ups_by_hand, domains_back, domains_of_deleted
from operations.services.panel import delete_at_panel, mark, may_loosen
from operations.services.services import AccountServices, Brought
from tests.adapters.companies import PANELS, PanelCompany, panel_of

AT = datetime(2026, 11, 25, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACTIVE, LOCKED, SUSPENDED, DELETED = Level.ACTIVE, Level.LOCKED, Level.SUSPENDED, Level.DELETED


@pytest.fixture(scope="module")
async def company() -> AsyncGenerator[PanelCompany]:
    async with panel_of("whm") as company:
        yield company


@pytest.fixture
async def store(sqlite_url: str) -> AsyncGenerator[SqlStore]:
    store = SqlStore(sqlite_url)
    yield store
    await store.close()


class Playing:
    """An account and its services, brought to whatever holds there are."""

    def __init__(self, company: PanelCompany, store: SqlStore, account: Account) -> None:
        self.company = company
        self.store = store
        self.account = account
        self.at = AT
        self._services = AccountServices(company.panel, store, SilentSites(), OutsideProbes(5, LOOPBACK))

    def user(self, place: int = 0) -> str:
        return self.account.services[place].user

    async def hold(self, level: Level, source: str = "INV-1", services: Sequence[str] = ()) -> None:
        """`services` are kinds."""
        held = Hold(account=self.account.id, source=source, level=level, since=AT)
        for each in Coverage(kinds=tuple(services)).held(self.account.services):
            await self.store.place_hold(held.model_copy(update={"service": each}))

    async def lift(self) -> None:
        assert await self.store.replace_holds(self.account.id, await self.store.holds(self.account.id), ())

    async def bring(self) -> Brought:
        self.at += HOUR
        return await self._services.bring(self.account, self.at)

    async def levels(self) -> list[str]:
        books = await self.company.control.books()
        return [books.level(service.user) for service in self.account.services]

    async def subjects(self) -> list[str]:
        return [ticket.subject for ticket in await self.store.tickets("")]

    async def acts(self) -> list[str]:
        books = await self.company.control.books()
        return [call.verb for call in books.calls if call.user == self.user() and call.verb != "state"]


async def playing(
    company: PanelCompany, store: SqlStore, name: str, services: Sequence[tuple[str, str]] = (("website", "whm"),)
) -> Playing:
    """`services` are kinds and panels."""
    made = [
        Service(id=f"{panel}:{name}:{kind}", account=name, kind=kind, panel=panel, user=f"{name}-{kind}")
        for kind, panel in services
    ]
    account = Account(id=name, name="Example Bakery", services=tuple(made))
    await store.put_account(account)
    for each in made:
        if each.kind != "domain":
            await company.control.put(each.user)
    return Playing(company, store, account)


async def always() -> None:
    """The deletion is wanted still."""


@pytest.mark.req("S3-17", "S3-18")
async def test_website_and_email_on_two_panels_are_suspended_and_come_back(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "w2", [("website", "whm"), ("email", "hestia"), ("database", "sandbox")])
    await one.hold(SUSPENDED, services=("website", "email"))
    await one.bring()
    assert await one.levels() == ["suspended", "suspended", "active"]
    await one.lift()
    brought = await one.bring()
    assert await one.levels() == ["active", "active", "active"]
    assert brought.kept_by_staff == ()


async def test_services_of_one_panel_user_go_together(company: PanelCompany, store: SqlStore):
    """A cPanel account has them all in one: what one service's hold suspends, the next one must not loosen."""
    one = await playing(company, store, "shared", [("website", "whm"), ("database", "whm")])
    same = [each.model_copy(update={"user": one.user()}) for each in one.account.services]
    one.account = one.account.model_copy(update={"services": tuple(same)})
    await store.put_account(one.account)
    await one.hold(SUSPENDED, services=("website",))
    for _ in range(3):
        await one.bring()
        assert await one.levels() == ["suspended", "suspended"]
    assert set(await one.acts()) == {"restrict"}, "never loosened meanwhile"
    await one.lift()
    await one.bring()
    assert await one.levels() == ["active", "active"]


@pytest.mark.req("S2-06")
async def test_whm_shows_non_payment_as_the_reason(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "w1")
    await one.hold(SUSPENDED)
    await one.bring()
    books = await company.control.books()
    assert [(c.after, c.tag, c.by) for c in books.changes(one.user())] == [
        ("suspended", "non-payment dun:INV-1", "WHM")
    ]


@pytest.mark.promise(6)
@pytest.mark.req("S2-16")
@pytest.mark.parametrize("panel", PANELS)
async def test_what_somebody_else_suspended_is_never_lifted(company: PanelCompany, store: SqlStore, panel: str):
    one = await playing(company, store, f"foreign-{panel}", [("website", panel)])
    await company.control.put(one.user(), "suspended", "chargeback, ask Eve")
    await one.hold(SUSPENDED)
    await one.bring()
    await one.lift()
    brought = await one.bring()
    assert (await one.levels(), brought.kept_by_staff) == (["suspended"], (f"panel:{one.account.services[0].id}",))
    assert await one.acts() == []


async def test_hestia_keeps_no_reason_and_a_suspension_after_a_mere_lock_is_not_ours(
    company: PanelCompany, store: SqlStore
):
    one = await playing(company, store, "h-lock", [("website", "hestia")])
    await one.hold(LOCKED)
    await one.bring()
    await company.control.put(one.user(), "suspended")
    await one.lift()
    assert (await one.bring()).kept_by_staff
    assert await one.levels() == ["suspended"]


async def test_hestia_is_given_back_although_nobody_saw_that_the_suspension_worked(
    company: PanelCompany, store: SqlStore
):
    one = await playing(company, store, "h-crash", [("website", "hestia")])
    await one.hold(SUSPENDED)
    await company.control.script(one.user(), "ok:hold")
    hasty = AccountServices(company.hasty, store, SilentSites(), OutsideProbes(5, LOOPBACK))
    await company.control.script(one.user(), "read:slow:0")
    await company.control.script(one.user(), "read:500")
    with pytest.raises(OutageError):
        await hasty.bring(one.account, one.at)
    await company.control.forget(one.user())
    assert await one.levels() == ["suspended"]
    await one.lift()
    assert (await one.bring()).kept_by_staff == ()
    assert await one.levels() == ["active"]


@pytest.mark.parametrize("panel", ["whm", "sandbox"])
async def test_a_lock_is_told_to_people_once_a_day_and_the_customer_is_not_promised_anything(
    company: PanelCompany, store: SqlStore, panel: str
):
    one = await playing(company, store, f"root-{panel}", [("website", panel)])
    await company.control.put(one.user(), "suspended", "non-payment dun:INV-1", locked=True)
    for _ in range(2):
        assert (await one.bring()).kept_by_staff == (f"panel:{one.account.services[0].id}",)
    assert await one.levels() == ["suspended"]
    (ticket,) = await store.tickets(one.account.id)
    assert ticket.subject == f"Locked at the panel, and no longer held by us: {one.account.services[0].id}"
    assert "lift it as root" in ticket.body
    assert await one.acts() == []


@pytest.mark.promise(7)
@pytest.mark.parametrize("panel", PANELS)
async def test_a_lie_is_noticed_every_time(company: PanelCompany, store: SqlStore, panel: str):
    one = await playing(company, store, f"lie-{panel}", [("website", panel)])
    await one.hold(SUSPENDED)
    await company.control.script(one.user(), "lie")
    with pytest.raises(OutageError, match=r"shows service .* as active after it was asked for suspended"):
        await one.bring()
    await one.bring()
    await one.lift()
    await company.control.script(one.user(), "lie")
    with pytest.raises(OutageError, match="as suspended after it was asked for active"):
        await one.bring()
    await one.bring()
    await company.control.script(one.user(), "lie")
    with pytest.raises(OutageError, match="still shows service"):
        await delete_at_panel(company.panel, one.account.services[0], backups=False, wanted=always)
    assert await delete_at_panel(company.panel, one.account.services[0], backups=False, wanted=always)
    books = await company.control.books()
    assert [change.after for change in books.changes(one.user())] == ["suspended", "active", "deleted"]


@pytest.mark.parametrize("panel", PANELS)
async def test_only_the_last_reading_counts_also_after_an_answer_that_nobody_understands(
    company: PanelCompany, store: SqlStore, panel: str
):
    one = await playing(company, store, f"garbled-{panel}", [("website", panel)])
    await one.hold(SUSPENDED)
    await company.control.script(one.user(), "garbage", times=3)
    await one.bring()
    await one.lift()
    await one.bring()
    assert await delete_at_panel(company.panel, one.account.services[0], backups=False, wanted=always)
    assert await one.acts() == ["restrict", "loosen", "delete"]


@pytest.mark.parametrize("panel", PANELS)
async def test_what_failed_and_was_not_done_says_why(company: PanelCompany, store: SqlStore, panel: str):
    one = await playing(company, store, f"denied-{panel}", [("website", panel)])
    await one.hold(SUSPENDED)
    await company.control.script(one.user(), "denied")
    with pytest.raises(OutageError, match=f"it does not let us in .* check url, user and secret .* panels.{panel}"):
        await one.bring()
    await company.control.script(one.user(), "500")
    with pytest.raises(OutageError, match="HTTP 500"):
        await delete_at_panel(company.panel, one.account.services[0], backups=False, wanted=always)


@pytest.mark.parametrize(("panel", "levels"), [("whm", ["active"]), ("hestia", ["active"]), ("sandbox", ["locked"])])
async def test_a_level_that_a_panel_cannot_show_is_the_next_milder_one_there(
    company: PanelCompany, store: SqlStore, panel: str, levels: list[str]
):
    one = await playing(company, store, f"mild-{panel}", [("website", panel)])
    await one.hold(LOCKED)
    brought = await one.bring()
    assert (await one.levels(), brought.kept_by_staff) == (levels, ())
    await one.hold(Level.INACTIVE)
    await one.bring()
    assert await one.levels() == ["suspended"]
    await one.store.replace_holds(one.account.id, await store.holds(one.account.id), ())
    await one.hold(LOCKED)
    await one.bring()
    assert await one.levels() == levels


async def test_a_service_on_an_unknown_panel_keeps_no_other_from_its_level(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "lost", [("email", "cp9"), ("website", "whm")])
    await one.hold(SUSPENDED)
    with pytest.raises(OutageError, match=r"'cp9', which the settings do not know .* \[panels\.cp9\]"):
        await one.bring()
    assert await one.levels() == ["active", "suspended"]


async def test_back_ups_that_the_panel_cannot_tell_of_are_a_persons_work(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "tapes", [("website", "whm"), ("email", "hestia")])
    order = DeleteOrder(invoice="INV-1", account="tapes", step="delete-backups", at=AT, today=AT.date(), backups=True)
    there = [await delete_at_panel(company.panel, each, backups=True, wanted=always) for each in one.account.services]
    assert there == [False, True]
    for _ in range(2):
        await back_ups_by_hand(store, one.account.services[:1], order)
    await back_ups_by_hand(store, [], order)
    (ticket,) = await store.tickets("tapes")
    assert (ticket.key, ticket.subject) == ("INV-1:delete-backups:back-ups", "Back-ups to delete by hand: tapes")
    assert "whm:tapes:website (whm)" in ticket.body


@pytest.mark.req("S3-31")
async def test_domain_names_are_a_persons_work_once_for_each_reason(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "names", [("website", "whm"), ("domain", "whm")])
    await one.hold(LOCKED)
    await one.bring()
    assert await one.subjects() == []
    await one.hold(SUSPENDED, services=("website",))
    await one.hold(SUSPENDED, "abuse")
    for _ in range(2):
        await one.bring()
    tickets = {ticket.key: ticket for ticket in await store.tickets("names")}
    assert set(tickets) == {"INV-1:domains:2026-11-25", ":domains-of-hold:2026-11-25:names:abuse"}
    ticket = tickets["INV-1:domains:2026-11-25"]
    assert (ticket.department, ticket.subject) == ("Support", "Domain names of a suspended account: names")
    assert ticket.body.endswith("change it by hand: names-domain")
    books = await company.control.books()
    assert not [call for call in books.calls if call.user == "names-domain"]


@pytest.mark.req("S3-31")
async def test_domain_names_of_a_deleted_account_and_of_one_that_is_back(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "names2", [("website", "whm"), ("domain", "whm")])
    back = ReinstateOrder(
        invoice="INV-2", account="names2", step="reinstate", at=AT, today=AT.date(), rule=Rule.THIS_INVOICE
    )
    await domains_back(store, one.account, back)
    assert await one.subjects() == [], "nobody was asked to change anything"
    await one.hold(SUSPENDED, "INV-2")
    await one.bring()
    for _ in range(2):
        await domains_back(store, one.account, back)
    order = DeleteOrder(invoice="INV-2", account="names2", step="terminate", at=AT, today=AT.date())
    for _ in range(2):
        await domains_of_deleted(store, one.account, order)
    bare = one.account.model_copy(update={"services": one.account.services[:1]})
    await domains_of_deleted(store, bare, order.model_copy(update={"step": "another"}))
    assert sorted(await one.subjects()) == [
        "Domain names of a suspended account: names2",
        "Domain names of an account that is back: names2",
        "Domain names of an account whose services were deleted: names2",
    ]


@pytest.mark.parametrize(
    ("seen", "noted", "reason", "ours"),
    [
        (PanelState(level=SUSPENDED, tag="non-payment dun:INV-1"), None, "non-payment dun:INV-1", True),
        (PanelState(level=SUSPENDED, tag="hold:abuse"), None, "hold:abuse", True),
        (PanelState(level=SUSPENDED, tag="hold:abuse", locked=True), None, "hold:abuse", False),
        (PanelState(level=SUSPENDED, tag="fraud"), "hold:abuse", "fraud", False),
        (PanelState(level=SUSPENDED, tag=""), "hold:abuse", "", False),
        (PanelState(level=SUSPENDED, tag=None), "hold:abuse", "hold:abuse", True),
        (PanelState(level=SUSPENDED, tag=None), "", "", False),
        (PanelState(level=SUSPENDED, tag=None), None, "", False),
        (PanelState(level=ACTIVE, tag=None), "hold:abuse", "", False),
    ],
)
def test_whose_a_restriction_is(seen: PanelState, noted: str | None, reason: str, ours: bool):
    known = None
    if noted is not None:
        known = Effect(account="a", service="s", wanted=SUSPENDED, shown=SUSPENDED, tag=noted, at=AT)
    assert (mark(seen, known), may_loosen(seen, known)) == (reason, ours)


@pytest.mark.req("S2-15")
async def test_who_signed_up_again_under_the_name_is_no_longer_the_old_accounts(company: PanelCompany, store: SqlStore):
    one = await playing(company, store, "again")
    services = AccountServices(company.panel, store, SilentSites(), OutsideProbes(5, LOOPBACK))
    assert await services.ours(one.account, ()) == one.account.services
    (service,) = one.account.services
    gone = Effect(account="again", service=service.id, wanted=DELETED, shown=DELETED, at=AT)
    assert await services.ours(one.account, (gone,)) == one.account.services
    new = Account(id="again-2", name="Again", services=(service.model_copy(update={"account": "again-2"}),))
    await store.put_account(new)
    assert await services.ours(one.account, (gone,)) == ()


@pytest.mark.promise(11)
async def test_what_one_panel_did_is_taken_back_though_another_one_fails(company: PanelCompany, store: SqlStore):
    """A hand that thaws comes too late at both panels, and nobody tries again for it: the customer has paid."""
    one = await playing(company, store, "thaw", [("website", "whm"), ("email", "hestia")])
    website, email = one.account.services
    await one.hold(SUSPENDED)
    await company.control.script(website.user, "ok:hold")
    await company.control.script(email.user, "read:500")
    bringing = asyncio.create_task(one.bring())
    await company.control.until_held(website.user)
    await one.lift()
    await company.control.release(website.user)
    await bringing
    assert await one.levels() == ["active", "active"]

"""Services belong to invoices: what is paid for comes back, and what another invoice holds is not touched."""

from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.services.reinstate import ReinstateAccount
from activities.services.restrict import Restrict
from adapters.gateways.stripe.gateway import StripeGateway
from composition import Composition
from dunning.case.facts import Approval, Undo
from dunning.case.orders import ReinstateOrder, RestrictOrder
from dunning.case.results import Overtaken
from dunning.coverage import Coverage
from dunning.holds import Hold, Rule
from dunning.level import Level
from dunning.policy.plan import Action
from operations.errors import RefusedError
from sandbox.stage.stage import Stage
from tests.adapters.companies import STRIPE_KEY
from tests.server.playing import Playing, begin

ASO, COURTESY, HOTDOODLE = "a-small-orange", "courtesy-5-10-35", "hotdoodle"


def site(user: str, domain: str = "", panel: str = "sandbox", kind: str = "website") -> dict[str, str]:
    return {"kind": kind, "user": user, "panel": panel, "domain": domain}


def of(user: str, panel: str = "sandbox", kind: str = "website") -> str:
    return f"{panel}:{user}:{kind}"


async def shop_and_blog(stage: Stage, name: str, policy: str, **more: Any) -> tuple[Playing, Playing]:
    """Two invoices of one account: the first pays for its shop, the second for its blog."""
    shop, blog = f"{name}-shop".lower(), f"{name}-blog".lower()
    services = [site(shop, f"{shop}.example"), site(blog, f"{blog}.example")]
    account = f"acct-{name}"
    for user in (shop, blog):
        await stage.companies.panel.put(user)
    one = await begin(
        stage, f"{name}-1", policy, account=account, services=services, pays_for=[of(shop)], **{"decline": 9, **more}
    )
    two = await begin(stage, f"{name}-2", policy, account=account, services=services, pays_for=[of(blog)], due_in=12)
    return one, two


async def shown(playing: Playing) -> dict[str, str]:
    """What the panel shows of each user of the account."""
    books = await playing.stage.companies.panel.books()
    return {service.user.rpartition("-")[2]: books.level(service.user) for service in playing.row.services}


async def held(playing: Playing) -> list[tuple[str, str]]:
    return [(each.source, each.service) for each in await playing.stage.store.holds(playing.account)]


async def texts(playing: Playing, subject: str) -> list[str]:
    books = await playing.stage.companies.mail.books()
    return [
        " ".join(each.text.split())
        for each in books.to(playing.email)
        if each.subject == subject and playing.row.invoice in each.text
    ]


@pytest.mark.promise(6)
@pytest.mark.req("S2-08", "S2-16")
async def test_paying_for_the_shop_brings_the_shop_back_and_leaves_the_blog(a_stage: Stage) -> None:
    one, two = await shop_and_blog(a_stage, "SVC-one", ASO)
    await one.to_day(10)
    assert await shown(one) == {"shop": "suspended", "blog": "active"}, "the blog's own invoice is not that far yet"
    assert await held(one) == [("SVC-one-1", of("svc-one-shop"))]
    (told,) = await texts(one, "Second Invoice Overdue Notice")
    assert "Your services (svc-one-shop.example) will be suspended on" in told
    await two.to_day(10)
    assert await shown(one) == {"shop": "suspended", "blog": "suspended"}
    before = (await a_stage.companies.panel.books()).calls
    await one.signal()
    assert await one.outcome() == "paid"
    assert await shown(one) == {"shop": "active", "blog": "suspended"}
    assert await held(one) == [("SVC-one-2", of("svc-one-blog"))]
    case = await one.case()
    assert case.remaining_holds == (), "nothing keeps the shop"
    calls = (await a_stage.companies.panel.books()).calls[len(before) :]
    assert {each.user for each in calls} == {"svc-one-shop"}, "the blog's panel was not even asked"
    await two.signal()
    assert await two.outcome() == "paid"
    assert await shown(one) == {"shop": "active", "blog": "active"}
    assert await held(one) == []


async def test_the_blogs_panel_may_be_away_when_the_shop_is_paid(a_stage: Stage) -> None:
    one, two = await shop_and_blog(a_stage, "SVC-away", ASO)
    await one.to_day(10)
    await two.to_day(10)
    await a_stage.companies.panel.script("svc-away-blog", "500", times=None)
    await one.signal()
    assert await one.outcome() == "paid"
    assert await shown(one) == {"shop": "active", "blog": "suspended"}
    assert await a_stage.store.tickets(one.account) == ()
    await a_stage.companies.panel.forget("svc-away-blog")


@pytest.mark.promise(6)
@pytest.mark.req("S3-27", "S3-28", "S3-29")
@pytest.mark.parametrize("first", [0, 1], ids=["the shop is paid first", "the blog is paid first"])
async def test_under_all_past_due_both_come_back_when_both_are_paid(a_stage: Stage, first: int) -> None:
    name = f"SVC-all{first}"
    both = await shop_and_blog(a_stage, name, COURTESY)
    for each in both:
        await each.to_day(10)
    assert await shown(both[0]) == {"shop": "suspended", "blog": "suspended"}
    one, two = both[first], both[1 - first]
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert await shown(one) == {"shop": "suspended", "blog": "suspended"}
    assert {service for _, service in await held(one)} == {of(f"{name}-shop".lower()), of(f"{name}-blog".lower())}
    assert {source for source, _ in await held(one)} == {two.row.invoice}
    await two.signal("USD 54.99")
    assert await two.outcome() == "paid"
    assert await shown(one) == {"shop": "active", "blog": "active"}
    assert await held(one) == []


@pytest.mark.promise(6)
@pytest.mark.promise(7)
async def test_what_was_handed_to_an_invoice_comes_back_when_that_one_ends_with_the_deletion_of_its_own(
    a_stage: Stage,
) -> None:
    shop, blog = await shop_and_blog(a_stage, "SVC-ends", COURTESY)
    for each in (shop, blog):
        await each.to_day(10)
    await shop.signal("USD 54.99")
    assert await shop.outcome() == "paid"
    assert await shown(blog) == {"shop": "suspended", "blog": "suspended"}
    await blog.to_day(36)
    await blog.update("approve", Approval(milestone="terminate", by="ana"))
    assert await blog.outcome() == "deleted"
    assert await shown(blog) == {"shop": "active", "blog": "deleted"}
    assert await held(blog) == []


@pytest.mark.promise(6)
@pytest.mark.req("S2-16", "S2-17")
async def test_an_abuse_hold_on_the_account_or_on_one_service_stays_each_for_its_own(a_stage: Stage) -> None:
    one, two = await shop_and_blog(a_stage, "SVC-abuse", ASO)
    await one.to_day(10)
    await two.to_day(10)
    since = one.moment(10, 0)
    blog = of("svc-abuse-blog")
    abuse = Hold(account=one.account, source="abuse", level=Level.SUSPENDED, since=since, service=blog)
    whole = Hold(account=one.account, source="tos", level=Level.LOCKED, since=since)
    for each in (abuse, whole):
        await a_stage.store.place_hold(each)
    await one.signal()
    assert await one.outcome() == "paid"
    assert (await one.case()).remaining_holds == ("tos",), "the abuse report is about the blog"
    assert await shown(one) == {"shop": "locked", "blog": "suspended"}
    await two.signal()
    assert await two.outcome() == "paid"
    assert sorted((await two.case()).remaining_holds) == ["abuse", "tos"]
    assert await shown(one) == {"shop": "locked", "blog": "suspended"}


@pytest.mark.req("S2-06", "S3-17")
async def test_a_panel_that_only_knows_users_takes_along_what_the_notice_names(a_stage: Stage) -> None:
    """Shop and mail are one WHM user's; each has an invoice of its own."""
    services = [site("svcwhm", "shop.example", "whm"), site("svcwhm", "mail.example", "whm", "email")]
    shop, mail = of("svcwhm", "whm"), of("svcwhm", "whm", "email")
    account = "acct-SVC-whm"
    one = await begin(a_stage, "SVC-whm-1", ASO, account=account, services=services, pays_for=[shop], decline=9)
    two = await begin(a_stage, "SVC-whm-2", ASO, account=account, services=services, pays_for=[mail], due_in=12)
    await one.to_day(10)
    await two.to_day(10)
    (told,) = await texts(one, "Second Invoice Overdue Notice")
    assert "Your services (shop.example, mail.example) will be suspended on" in told
    assert (await a_stage.companies.panel.books()).level("svcwhm") == "suspended"
    await one.signal()
    assert await one.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level("svcwhm") == "suspended", "the mail's invoice holds the user"
    case = await one.case()
    assert (case.remaining_holds, await held(one)) == (("SVC-whm-2",), [("SVC-whm-2", mail)])
    (receipt,) = await texts(one, "Invoice Payment Confirmation")
    assert "Your services (mail.example) stay restricted until invoice SVC-whm-2 is paid, too." in receipt
    await two.signal()
    assert await two.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level("svcwhm") == "active"


@pytest.mark.req("S4-12")
async def test_only_the_services_of_the_invoice_are_deleted(a_stage: Stage) -> None:
    one, _ = await shop_and_blog(a_stage, "SVC-delete", HOTDOODLE)
    await one.to_day(60)
    assert await one.outcome() == "deleted"
    books = await a_stage.companies.panel.books()
    assert books.level("svc-delete-shop") == "deleted"
    assert not [each for each in books.calls if each.user == "svc-delete-blog" and each.verb == "delete"]
    (gone,) = [done for done in (await one.case()).done if done.action is Action.DELETE]
    assert gone.detail == of("svc-delete-shop")


async def test_what_its_panel_deletes_only_with_others_is_not_deleted(a_stage: Stage) -> None:
    services = [site("svcboth", "shop.example", "whm"), site("svcboth", "mail.example", "whm", "email")]
    one = await begin(a_stage, "SVC-both", HOTDOODLE, services=services, pays_for=[of("svcboth", "whm")])
    await one.to_day(61)
    books = await a_stage.companies.panel.books()
    assert books.level("svcboth") == "suspended"
    assert not [each for each in books.calls if each.user == "svcboth" and each.verb == "delete"]
    subjects = [each.subject for each in await a_stage.store.tickets(one.account)]
    assert subjects == [f"Not deleted, because other services have the same panel user: {one.account}"]
    assert not await one.is_over()
    await one.signal("USD 94.99")
    assert await one.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level("svcboth") == "active"


@pytest.mark.promise(11)
async def test_a_stale_order_of_the_shops_invoice_touches_neither_shop_nor_blog(a_stage: Stage) -> None:
    """What a worker holds in its hands that was frozen while the customer paid for the shop."""
    one, two = await shop_and_blog(a_stage, "SVC-stale", ASO)
    await one.to_day(10)
    await two.to_day(10)
    before = await one.case()
    await one.signal()
    assert await one.outcome() == "paid"
    books, holds = await a_stage.companies.panel.books(), await a_stage.store.holds(one.account)
    fence: dict[str, Any] = {"generation": before.generation, "number": before.revision}
    head: dict[str, Any] = {"invoice": one.row.invoice, "account": one.account, "at": one.moment(10, 0), **fence}
    covers = Coverage(services=one.row.pays_for)
    made = a_stage.made(one.skipper.client)
    gateway = StripeGateway(STRIPE_KEY, a_stage.addresses.payments, 5.0)
    restrict = RestrictOrder(**head, step="suspend", today=one.row.due, level=Level.SUSPENDED, covers=covers)
    assert isinstance(await ActivityEnvironment().run(Restrict(made.services, gateway).restrict, restrict), Overtaken)
    await gateway.close()
    back = ReinstateOrder(**head, step="reinstate:1", today=one.row.due, rule=Rule.ALL_PAST_DUE, covers=covers)
    reinstating = ReinstateAccount(made.services, made.notices).reinstate
    assert isinstance(await ActivityEnvironment().run(reinstating, back), Overtaken)
    assert await a_stage.store.holds(one.account) == holds
    after = await a_stage.companies.panel.books()
    assert (after.journal, after.calls) == (books.journal, books.calls)


async def test_an_undone_run_loosens_the_shop_only(a_stage: Stage) -> None:
    one, two = await shop_and_blog(a_stage, "SVC-undo", ASO)
    await one.to_day(10)
    await two.to_day(10)
    now = await one.skipper.get_current_time(one.handle)
    undo = Undo(id="wrong", since=one.moment(9, 0), until=now, by="ana", reason="clock")
    await one.update("undo", undo)
    await one.to_day(11)
    assert await shown(one) == {"shop": "active", "blog": "suspended"}
    assert await held(one) == [("SVC-undo-2", of("svc-undo-blog"))]


async def test_a_service_that_the_account_has_not_is_refused_before_anything_is_written(a_stage: Stage) -> None:
    with pytest.raises(RefusedError, match=r"'acct-SVC-none' has no service 'sandbox:typo:website'; it has sandbox:u-"):
        await begin(a_stage, "SVC-none", ASO, pays_for=["sandbox:typo:website"])
    assert await a_stage.store.invoice("SVC-none") is None
    with pytest.raises(LookupError):
        await a_stage.store.account("acct-SVC-none")


async def test_a_renewal_for_the_shop_gives_back_what_the_old_invoice_held(a_stage: Stage) -> None:
    one, _ = await shop_and_blog(a_stage, "SVC-renew", ASO)
    await one.to_day(31)
    assert (await one.case()).lapsed
    new = await begin(
        a_stage, "SVC-renew-3", ASO, account=one.account, renews="SVC-renew-1", pays_for=[of("svc-renew-blog")]
    )
    await new.signal()
    await new.to_day(-9)
    assert await new.outcome() == "paid"
    assert await shown(one) == {"shop": "active", "blog": "active"}


@pytest.mark.req("S3-25", "S3-26", "S2-14")
async def test_the_removal_list_names_the_services_that_go(a_stage: Stage) -> None:
    one, _ = await shop_and_blog(a_stage, "SVC-list", ASO)
    await one.to_day(91)
    made: Composition = a_stage.made(one.skipper.client)
    (due,) = [each for each in await made.removals.due() if each.invoice == "SVC-list-1"]
    assert due.services == ("website svc-list-shop.example",)
    await one.update("approve", Approval(milestone="delete", by="ana"))
    assert await one.outcome() == "deleted"
    assert (await shown(one))["shop"] == "deleted"

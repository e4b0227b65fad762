"""Several reasons, several invoices: one account, and a service at the strictest level that any of them asks for."""

from datetime import timedelta

import pytest

from dunning.case.facts import Approval, Promise
from dunning.holds import Hold
from dunning.level import Level
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


@pytest.mark.promise(6)
@pytest.mark.req("S2-16", "S2-17")
async def test_payment_does_not_lift_an_abuse_hold(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ACC-abuse", ASO, decline=1)
    await playing.to_day(10)
    hold = Hold(account=playing.account, source="abuse", level=Level.SUSPENDED, since=playing.moment(10, 0))
    await a_stage.store.place_hold(hold)
    await playing.signal()
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended"]
    case = await playing.case()
    assert case.remaining_holds == ("abuse",)
    assert [h.source for h in await a_stage.store.holds(playing.account)] == ["abuse"]


@pytest.mark.promise(6)
@pytest.mark.req("S3-27", "S3-28", "S3-29")
async def test_courtesy_gives_the_service_back_when_the_last_past_due_invoice_is_paid(a_stage: Stage) -> None:
    one = await begin(a_stage, "ACC-two-a", COURTESY, decline=4)
    services = [{"kind": "website", "user": one.user}]
    two = await begin(a_stage, "ACC-two-b", COURTESY, due_in=15, account=one.account, services=services)
    await one.to_day(10)
    await two.to_day(7)
    assert await one.levels() == ["suspended"]
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert await one.levels() == ["suspended"], "the other invoice is past due, too"
    assert [h.source for h in await a_stage.store.holds(one.account)] == ["ACC-two-b"]
    await two.signal("USD 54.99")
    assert await two.outcome() == "paid"
    assert await one.levels() == ["suspended", "active"]


@pytest.mark.req("S2-12", "S2-13", "S2-14")
async def test_an_inactive_account_is_renewed_by_a_new_invoice_and_never_deleted_afterwards(a_stage: Stage) -> None:
    old = await begin(a_stage, "ACC-old", ASO, decline=1)
    await old.to_day(31)
    assert (await old.case()).lapsed
    services = [{"kind": "website", "user": old.user}]
    new = await begin(a_stage, "ACC-new", ASO, account=old.account, services=services, renews="ACC-old")
    await new.signal()
    await new.to_day(-9)
    assert await new.outcome() == "paid"
    assert await old.levels() == ["suspended", "active"]
    await old.to_day(91)
    await old.update("approve", Approval(milestone="delete", by="ana"))
    assert await old.outcome() == "renewed"
    assert await old.levels() == ["suspended", "active"]


@pytest.mark.req("S2-10", "S2-11")
@pytest.mark.promise(9)
async def test_money_for_a_lapsed_invoice_is_credit_and_a_ticket_and_the_number_is_kept(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ACC-lapsed", ASO, decline=1)
    await playing.to_day(31)
    known = await a_stage.store.invoice("ACC-lapsed")
    assert known is not None
    assert known.status == "void"
    answer = await playing.update("pay", playing.payment("USD 19.99", "late"), "late")
    assert (answer["outcome"], answer["state"]) == ("parked", "lapsed")
    await playing.to_day(32)
    assert [(c.id, c.amount.minor) for c in await a_stage.store.credits(playing.account)] == [("ACC-lapsed:late", 1999)]
    assert len(await a_stage.store.tickets(playing.account)) == 1
    assert await playing.levels() == ["suspended"]


@pytest.mark.promise(7)
@pytest.mark.req("S2-08", "S0-21")
async def test_a_panel_that_only_says_yes_is_asked_until_it_shows_it_and_a_ticket_opens(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ACC-liar", ASO, decline=1)
    await playing.to_day(10)
    await a_stage.companies.panel.script(playing.user, "lie", times=12)
    await playing.signal()
    await playing.to_day(11)
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active"]
    tickets = await a_stage.store.tickets(playing.account)
    assert [t.subject for t in tickets] == [f"Paid up and still restricted: {playing.account}"]


@pytest.mark.req("S2-15")
async def test_after_removal_the_customer_may_sign_up_again_with_the_same_account_address_and_domain(
    a_stage: Stage,
) -> None:
    services = [{"kind": "website", "user": "u-again", "domain": "again.example"}]
    emails = ["owner-of-again@post.example"]
    old = await begin(a_stage, "ACC-removed", ASO, decline=1, services=services, emails=emails, account="again")
    await old.to_day(91)
    await old.update("approve", Approval(milestone="delete", by="ana"))
    assert await old.outcome() == "deleted"
    assert await a_stage.store.holds("again") == ()
    await a_stage.companies.panel.put("u-again", "active")  # the host sets the service up again
    new = await begin(a_stage, "ACC-again", ASO, services=services, emails=emails, account="again")
    await new.to_day(1)
    assert await new.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level("u-again") == "active"
    assert (await new.mails())[-2:] == ["Customer Invoice", "Invoice Payment Confirmation"]


@pytest.mark.req("S4-03", "S4-12")
async def test_hotdoodle_writes_to_the_registered_owner_and_deletes_site_and_back_ups(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ACC-doodle", "hotdoodle")
    await playing.to_day(60)
    assert await playing.outcome() == "deleted"
    warnings = ["Monthly Fees Are Due", "Payment Warning", "Website Locked", "Website Suspended"]
    assert await playing.mails() == [*warnings, "Website Will Be Deleted", "Website Deleted"]
    assert await playing.levels() == ["warned", "locked", "suspended", "deleted", "no backups"]


@pytest.mark.req("S3-31")
async def test_domains_are_never_switched_but_staff_and_customer_hear_of_them(a_stage: Stage) -> None:
    services = [{"kind": "website", "user": "w-domains"}, {"kind": "domain", "user": "d", "domain": "bread.example"}]
    playing = await begin(a_stage, "ACC-domains", COURTESY, decline=2, services=services)
    await playing.to_day(11)
    assert await playing.levels() == ["suspended"]
    books = await a_stage.companies.panel.books()
    assert not [call for call in books.calls if call.user == "d"]
    mail = (await a_stage.companies.mail.books()).to(playing.email)[-1]
    assert mail.subject == "Invoice Reminder: Services Suspended"
    text = " ".join(mail.text.split())
    assert "please see https://hosting.example/domains and contact us about them" in text
    await playing.signal("USD 54.99")
    assert await playing.outcome() == "paid"
    (asked, back) = await a_stage.store.tickets(playing.account)
    assert (asked.department, asked.subject) == (
        "Support",
        f"Domain names of a suspended account: {playing.account}",
    )
    assert asked.body.endswith("change it by hand: bread.example")
    assert back.subject == f"Domain names of an account that is back: {playing.account}"


@pytest.mark.req("S3-17", "S3-18", "S3-24")
async def test_website_and_email_are_suspended_and_all_services_deleted(a_stage: Stage) -> None:
    services = [{"kind": kind, "user": f"{kind}-kinds"} for kind in ("website", "email", "database")]
    playing = await begin(a_stage, "ACC-kinds", COURTESY, decline=2, services=services)
    await playing.to_day(36)
    assert await _levels(playing) == {"website": ["suspended"], "email": ["suspended"], "database": []}
    await playing.update("approve", Approval(milestone="terminate", by="ana"))
    assert await playing.outcome() == "deleted"
    assert await _levels(playing) == {
        "website": ["suspended", "deleted"],
        "email": ["suspended", "deleted"],
        "database": ["deleted"],
    }


async def _levels(playing: Playing) -> dict[str, list[str]]:
    books = await playing.stage.companies.panel.books()
    return {s.kind: [c.after for c in books.changes(s.user)] for s in playing.row.services}


@pytest.mark.promise(3)
@pytest.mark.req("S2-19", "S2-20")
async def test_nobody_is_suspended_unwarned_and_staff_hear_of_it(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ACC-unwarned", "whmcs-default", decline=1)
    await playing.to_day(-1)
    await a_stage.companies.mail.script(playing.email, "refuse:550", times=None)
    await playing.to_day(12)
    assert await playing.levels() == []
    assert any("No address took a notice" in t.subject for t in await a_stage.store.tickets(playing.account))
    await a_stage.companies.mail.forget(playing.email)
    await playing.to_day(13)
    await playing.to_day(18)
    assert await playing.levels() == ["suspended"]


@pytest.mark.req("S2-20")
async def test_an_address_that_only_puts_us_off_does_not_keep_the_notice_from_the_next(a_stage: Stage) -> None:
    emails = ["full@later.example", "open@later.example"]
    playing = await begin(a_stage, "ACC-later", ASO, emails=emails)
    await a_stage.companies.mail.script(emails[0], "defer:451", times=None)
    await playing.to_day(-10)
    books = await a_stage.companies.mail.books()
    assert [m.subject for m in books.to(emails[1])] == ["Customer Invoice"]
    assert (await playing.case()).shift_days == 0


@pytest.mark.req("S2-20")
async def test_the_second_contact_gets_what_the_first_address_refuses(a_stage: Stage) -> None:
    emails = ["gone@contacts.example", "here@contacts.example"]
    playing = await begin(a_stage, "ACC-contacts", ASO, emails=emails)
    await a_stage.companies.mail.script(emails[0], "refuse:550", times=None)
    await playing.to_day(-10)
    books = await a_stage.companies.mail.books()
    assert [m.subject for m in books.to(emails[1])] == ["Customer Invoice"]
    kept = {copy.recipient: copy.status for copy in await a_stage.store.notices(playing.row.invoice)}
    assert kept == {emails[0]: "refused", emails[1]: "delivered"}


async def test_a_promise_gives_the_service_back_until_its_day(a_stage: Stage) -> None:
    """And who had a deletion coming is suspended again first, with the plan's whole time after that."""
    playing = await begin(a_stage, "ACC-promise", ASO, decline=1)
    await playing.to_day(11)
    until = playing.row.due + timedelta(days=20)
    await playing.update("promise_to_pay", Promise(until=until, reinstate=True, by="Ana"))
    await playing.to_day(19)
    assert await playing.levels() == ["suspended", "active"]
    assert await a_stage.store.holds(playing.account) == ()
    case = await playing.case()
    assert case.decided[-1].what == f"promise to pay until {until} taken, the service given back until then"
    await playing.to_day(22)
    assert await playing.levels() == ["suspended", "active", "suspended"]
    await playing.signal()
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active", "suspended", "active"]


async def test_another_reason_keeps_a_service_that_a_promise_gives_back(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ACC-promise-abuse", ASO, decline=1)
    await playing.to_day(11)
    hold = Hold(account=playing.account, source="abuse", level=Level.SUSPENDED, since=playing.moment(11, 0))
    await a_stage.store.place_hold(hold)
    promise = Promise(until=playing.row.due + timedelta(days=20), reinstate=True, by="Ana")
    await playing.update("promise_to_pay", promise)
    await playing.to_day(12)
    assert await playing.levels() == ["suspended"]
    assert (await playing.case()).remaining_holds == ("abuse",)

"""The pay page: what it says in every state, whom it lets in, and how it leads to the gateway."""

import re
from datetime import timedelta
from html import unescape

import pytest

from composition import now
from dunning.case.case import Case
from dunning.holds import Hold
from dunning.level import Level
from dunning.line import Line
from dunning.money import Money
from dunning.ports.companies import Visit
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.records.accounts import Account, Service
from dunning.records.books import KnownInvoice
from dunning.windows.window import Window
from tests.portal import bills
from tests.portal.bills import case_of
from tests.portal.world import TERMS, Portal

PAY = "Pay $19.99 by card or bank debit"


def show(door: Portal, case: Case) -> None:
    door.cases.cases[case.invoice.number] = case


async def also_open(door: Portal, case: Case) -> None:
    show(door, case)
    invoice = case.invoice
    row = KnownInvoice(number=invoice.number, account=invoice.account, policy=case.plan.policy, due=invoice.due)
    await door.store.open_invoice(row)


async def words(door: Portal, number: str = "INV-1") -> str:
    answer = await door.page(number)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


def text_of(html: str) -> str:
    inner = re.sub(r"<(style|head).*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inner)).split())


async def test_an_open_invoice_says_what_is_owed_by_when_and_what_comes_next(bank: Portal) -> None:
    case = case_of(overdue=3)
    show(bank, case)
    said = await words(bank)
    due = f"{case.invoice.due:%A, %B} {case.invoice.due.day}, {case.invoice.due.year}"
    for fact in ("Invoice INV-1", "For Example Bakery", "$19.99 is owed now", f"Due date {due}", PAY):
        assert fact in said
    assert "If nothing is paid" in said
    assert re.search(r"Your services will be suspended on \w+, \w+ \d+, \d{4}\. Paying the balance in full", said)
    assert f"time zone {case.plan.zone}" in said


async def test_before_the_due_date_it_can_be_paid_too(bank: Portal) -> None:
    show(bank, case_of(overdue=-5))
    assert PAY in await words(bank)


async def test_page_and_mail_say_the_same_about_what_comes_next(bank: Portal) -> None:
    case = bills.promised_case(case_of(overdue=9), days=20)
    show(bank, case)
    assert case.promised_until is not None
    day = case.today(case.promised_until)
    assert f"suspended on {day:%A, %B} {day.day}, {day.year}" in await words(bank)


async def test_a_window_that_is_set_moves_what_the_page_announces(bank: Portal) -> None:
    case = case_of(overdue=3)
    show(bank, case)
    suspend = next(each for each in case.plan.milestones if each.name == "suspend")
    at, hour = case.when(suspend), timedelta(hours=1)
    window = Window(id="w", since=at - hour, until=at + hour, zone=case.plan.zone)
    await bank.store.put_window(window)
    planned, will_be = case.today(at), case.today(at + timedelta(days=1))
    said = await words(bank)
    assert f"suspended on {will_be:%A, %B} {will_be.day}, {will_be.year}" in said
    await bank.store.put_window(window.model_copy(update={"cancelled": True}))
    assert f"suspended on {planned:%A, %B} {planned.day}, {planned.year}" in await words(bank)


async def test_the_lines_of_the_balance(bank: Portal) -> None:
    show(bank, bills.paid_case(case_of(), "USD 5.00"))
    said = await words(bank)
    assert "Invoice $19.99 Payment \u2212 $5.00 Owed now $14.99" in said
    assert "Pay $14.99 by card" in said


async def test_what_the_invoice_is_for(bank: Portal) -> None:
    case = case_of()
    lines = (Line(text="Web <b>", amount=Money.parse("USD 24.99")), Line(text="Discount", amount=Money.parse("USD -5")))
    case = case.model_copy(update={"invoice": case.invoice.model_copy(update={"lines": lines})})
    show(bank, case)
    assert "Web <b> $24.99 Discount \u2212 $5.00" in await words(bank)
    show(bank, bills.paid_case(case, "USD 5.00"))
    said = await words(bank)
    assert "Web <b> $24.99 Discount \u2212 $5.00 Payment \u2212 $5.00 Owed now $14.99" in said, (
        "they come to what is owed"
    )


async def test_what_is_too_small_need_not_be_paid(bank: Portal) -> None:
    show(bank, bills.paid_case(case_of(overdue=3), "USD 19.60"))
    said = await words(bank)
    assert "$0.39 is too little to be paid by itself. It will be on your next invoice." in said
    assert "by card or bank debit" not in said


@pytest.mark.parametrize("error", [GatewayRefusedError("amount_too_small"), ValueError("no such unit")])
@pytest.mark.parametrize("way", ["", "/method"])
async def test_what_the_gateway_refuses_is_no_error_for_the_customer(bank: Portal, error: Exception, way: str) -> None:
    show(bank, case_of())
    bank.company.refuses = error
    answer = await bank.http.post(f"/pay/INV-1{way}", data={"s": bank.links.signature("INV-1")})
    assert answer.status_code == 200
    assert "This cannot be done here right now. Nothing was charged" in text_of(answer.text)


STATES = {
    "paid": (bills.paid_case, "This invoice is paid."),
    "waived": (bills.waived_case, "Nothing is owed."),
    "void": (bills.void, "This invoice was cancelled."),
    "lapsed": (bills.lapsed, "This invoice can no longer be paid."),
    "deleted": (bills.deleted, "This invoice can no longer be paid here."),
    "renewed": (bills.renewed, "This invoice was replaced by a newer one,"),
    "in transit": (bills.in_transit, "A payment is on its way."),
}


@pytest.mark.parametrize("state", STATES)
async def test_what_cannot_be_paid_says_why_and_has_no_button(bank: Portal, state: str) -> None:
    made, said = STATES[state]
    show(bank, made(case_of()))
    page = await words(bank)
    assert said in page
    assert "by card or bank debit" not in page
    assert "$19.99 is owed now" not in page


async def test_what_was_paid_too_much_is_named(bank: Portal) -> None:
    show(bank, bills.paid_case(case_of(), "USD 20.00"))
    assert "What was paid beyond it, $0.01, is not lost" in await words(bank)


async def test_an_invoice_that_nobody_knows(bank: Portal) -> None:
    answer = await bank.page("INV-404")
    assert answer.status_code == 404
    assert "We do not know this invoice" in text_of(answer.text)


@pytest.mark.req("S3-28")
async def test_every_other_past_due_invoice_is_listed_with_its_own_link(bank: Portal) -> None:
    await also_open(bank, case_of("INV-1", rules="courtesy-5-10-35", overdue=12))
    await also_open(bank, bills.paid_case(case_of("INV-2", rules="courtesy-5-10-35", overdue=42), "USD 9.99"))
    await also_open(bank, case_of("INV-3", rules="courtesy-5-10-35", overdue=-20))
    await bank.store.place_hold(Hold(account="bakery", source="INV-2", level=Level.SUSPENDED, since=now()))
    html = (await bank.page("INV-1")).text
    said = text_of(html)
    assert "Also past due on this account" in said
    assert "Your services come back only when all of these are paid, too." in said
    assert "Invoice INV-2 $10.00" in said
    assert "INV-3" not in said
    link = unescape(re.findall(r'href="(INV-2\?[^"]+)"', html)[0])
    assert "Invoice INV-2" in text_of((await bank.http.get(f"/pay/{link}")).text)


@pytest.mark.req("S3-28")
async def test_when_this_one_is_paid_the_page_says_what_remains(bank: Portal) -> None:
    await also_open(bank, bills.paid_case(case_of("INV-1", rules="courtesy-5-10-35", overdue=12)))
    await also_open(bank, case_of("INV-2", rules="courtesy-5-10-35", overdue=42))
    await bank.store.place_hold(Hold(account="bakery", source="INV-2", level=Level.SUSPENDED, since=now()))
    said = await words(bank)
    assert "This invoice is paid." in said
    assert "Your services come back only when all of these are paid." in said
    assert "Invoice INV-2 $19.99" in said


async def test_where_each_invoice_stands_for_itself_the_page_does_not_say_otherwise(bank: Portal) -> None:
    await also_open(bank, case_of("INV-1", overdue=12))
    await also_open(bank, case_of("INV-2", overdue=42))
    await bank.store.place_hold(Hold(account="bakery", source="INV-1", level=Level.SUSPENDED, since=now()))
    said = await words(bank)
    assert "Invoice INV-2 $19.99" in said
    assert "come back only when" not in said


@pytest.mark.req("S3-30", "S4-15")
@pytest.mark.parametrize("level", [Level.LOCKED, Level.SUSPENDED, Level.INACTIVE])
async def test_it_works_while_the_services_are_restricted(bank: Portal, level: Level) -> None:
    show(bank, case_of(overdue=12))
    await bank.store.place_hold(Hold(account="bakery", source="INV-1", level=level, since=now()))
    said = await words(bank)
    assert f"Your services {level.value}" in said
    assert PAY in said
    answer = await bank.submit("INV-1")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://checkout.example/pay-here")


@pytest.mark.req("S2-17")
async def test_what_no_payment_lifts_is_named(bank: Portal) -> None:
    show(bank, case_of(overdue=12))
    for source in ("tos", "dmca", "abuse", "manual"):
        await bank.store.place_hold(Hold(account="bakery", source=source, level=Level.SUSPENDED, since=now()))
    said = await words(bank)
    assert said.count("restricted for a reason that no payment ends") == 4
    assert "(a report of abuse). Write to abuse@hosting.example , or read what to do ." in said
    assert "(a copyright notice (DMCA)). Write to legal@hosting.example ." in said


@pytest.mark.req("S3-07")
async def test_paying_with_consent_takes_the_very_words_to_the_company(bank: Portal) -> None:
    show(bank, case_of())
    html = (await bank.page("INV-1")).text
    assert unescape(TERMS) in text_of(html)
    assert re.search(r'<input type="checkbox" name="consent" value="yes">', html)  # not checked
    answer = await bank.submit("INV-1", seen=seen_in(html), consent="yes")
    assert answer.status_code == 303
    visit = Visit("Invoice INV-1", "en", TERMS, bank.links.back("INV-1"), bank.links.back("INV-1", "left"))
    assert bank.company.asked == [("checkout", "bakery", "cus_1", "INV-1", "USD 19.99", visit)]


@pytest.mark.req("S3-07")
async def test_paying_without_consent_keeps_nothing(bank: Portal) -> None:
    show(bank, case_of())
    assert (await bank.submit("INV-1", seen=seen_in((await bank.page("INV-1")).text))).status_code == 303
    assert [asked[5].consent for asked in bank.company.asked] == [""]


@pytest.mark.req("S3-07")
async def test_a_method_is_put_on_file_under_the_words_of_the_page(bank: Portal) -> None:
    show(bank, bills.paid_case(case_of()))
    answer = await bank.submit("INV-1", "/method", seen=seen_in((await bank.page("INV-1")).text))
    assert (answer.status_code, answer.headers["location"]) == (303, "https://checkout.example/put-here")
    visit = Visit("Invoice INV-1", "en", TERMS, bank.links.back("INV-1", "method", had=1), bank.links.pay("INV-1"))
    assert bank.company.asked == [("setup", "bakery", "cus_1", visit)]


async def test_a_new_customer_of_the_company_is_written_down_before_anything_is_paid(bank: Portal) -> None:
    await bank.store.put_account(Account(id="bakery", name="Example Bakery"))
    show(bank, case_of())
    await bank.submit("INV-1")
    assert (await bank.store.account("bakery")).payer == "cus_of_bakery"
    assert bank.company.asked[0][2] == "cus_of_bakery"


async def test_an_account_that_the_store_lost_can_pay_all_the_same(kept: Portal) -> None:
    show(kept, case_of())
    assert "For Example Bakery" in await words(kept)
    assert (await kept.submit("INV-1")).status_code == 303
    assert kept.company.asked[0][:3] == ("checkout", "bakery", "cus_of_bakery")


async def test_an_amount_that_changed_meanwhile_is_shown_before_it_is_paid(bank: Portal) -> None:
    show(bank, case_of())
    old = seen_in((await bank.page("INV-1")).text)
    show(bank, bills.paid_case(case_of(), "USD 9.00"))
    for way in ("", "/method"):
        answer = await bank.submit("INV-1", way, seen=old)
        assert answer.status_code == 303
        shown = await bank.http.get(answer.url.join(answer.headers["location"]))
        assert "changed since you opened the page" in text_of(shown.text)
        assert "$10.99 is owed now" in text_of(shown.text)
    assert bank.company.asked == []


@pytest.mark.parametrize("state", STATES)
async def test_nothing_is_taken_for_what_cannot_be_paid(bank: Portal, state: str) -> None:
    show(bank, STATES[state][0](case_of()))
    assert (await bank.submit("INV-1")).headers["location"].startswith("INV-1?s=")
    assert bank.company.asked == []


async def test_the_way_back_never_says_paid_before_the_books_do(bank: Portal) -> None:
    show(bank, case_of())
    back = bank.links.back("INV-1").replace("https://pay.example", "")
    said = text_of((await bank.http.get(back)).text)
    assert "Thank you; your payment is being confirmed" in said
    assert "is paid" not in said
    assert "If you left the payment page without paying, nothing was charged." in said
    bank.cases.troubles["*"] = OutageError("Temporal is away")
    assert "being confirmed" in text_of((await bank.http.get(back)).text)
    bank.cases.troubles.clear()
    show(bank, bills.paid_case(case_of()))
    page = await bank.http.get(back)
    assert "Invoice INV-1 is paid." in text_of(page.text)
    home = page.url.join(unescape(re.findall(r'<a href="(\.\./[^"]+)"', page.text)[0]))
    assert (await bank.http.get(home)).status_code == 200


async def test_the_way_back_from_putting_a_method_on_file(bank: Portal) -> None:
    back = bank.links.back("INV-1", "method").replace("https://pay.example", "")
    said = text_of((await bank.http.get(back)).text)
    assert "your payment method is being put on file" in said
    assert "confirmed" not in said


@pytest.mark.req("S3-04")
async def test_the_help_page_explains_and_quotes_the_words_of_consent(bank: Portal) -> None:
    said = text_of((await bank.http.get("/pay/help")).text)
    assert "How do I pay?" in said
    assert TERMS in said
    assert bank.links.help.endswith("/pay/help")


@pytest.mark.parametrize("where", ["", "/back", "/method"])
@pytest.mark.parametrize("signature", ["", "wrong", "of another", "\xe9"])
async def test_without_its_signature_nobody_sees_anything(bank: Portal, where: str, signature: str) -> None:
    show(bank, case_of())
    given = bank.links.signature("INV-2") if signature == "of another" else signature
    call = bank.http.post if where == "/method" else bank.http.get
    answer = await call(f"/pay/INV-1{where}", params={"s": given} if given else {})
    assert answer.status_code == 404
    said = text_of(answer.text)
    assert "please use the link in our mail" in said
    assert "19.99" not in said
    posted = await bank.http.post(f"/pay/INV-1{where}", data={"s": given})
    assert posted.status_code in (404, 405)
    assert bank.company.asked == []


@pytest.mark.parametrize("away", ["Temporal", "company"])
async def test_an_outage_is_told_as_one_and_nothing_was_charged(bank: Portal, away: str) -> None:
    show(bank, case_of())
    if away == "Temporal":
        bank.cases.troubles["*"] = OutageError("Temporal is away")
        assert (await bank.page("INV-1")).status_code == 503
    else:
        bank.company.away = True
    for way in ("", "/method"):
        answer = await bank.submit("INV-1", way)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        said = text_of(answer.text)
        assert "Nothing was charged." in said
        assert "Please try again in a minute" in said


async def test_a_fault_of_ours_shows_nothing_of_what_is_inside(bank: Portal) -> None:
    bank.cases.troubles["*"] = KeyError("ada@bakery.example")
    answer = await bank.page("INV-1")
    assert answer.status_code == 500
    for inner in ("ada@", "KeyError", "Traceback", "portal/"):
        assert inner not in answer.text
    assert "Nothing was charged." in text_of(answer.text)


HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}<img src=x onerror=alert(1)>\u202e'


async def test_what_people_wrote_stays_text(bank: Portal) -> None:
    await bank.store.put_account(Account(id="bakery", name=HOSTILE))
    show(bank, case_of())
    html = (await bank.page("INV-1")).text
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in text_of(html).split("For ")[1][:80]
    assert f"For {HOSTILE[:40]}" in text_of(html.replace("&lt;", "<").replace("&gt;", ">")) or "&lt;script&gt;" in html


@pytest.mark.parametrize("path", ["/pay/help", "/pay/INV-1?s=wrong", "/nowhere", "good", "back"])
async def test_every_page_is_locked_up(bank: Portal, path: str) -> None:
    show(bank, case_of())
    places = {"good": f"/pay/INV-1?s={bank.links.signature('INV-1')}", "back": bank.links.back("INV-1")[19:]}
    answer = await bank.http.get(places.get(path, path))
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    for rule in ("form-action 'self' https:", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "<script" not in answer.text
    assert "style=" not in answer.text


async def test_a_redirect_is_locked_up_too(bank: Portal) -> None:
    show(bank, case_of())
    answer = await bank.submit("INV-1")
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_a_form_that_is_too_large_is_refused(bank: Portal) -> None:
    assert (await bank.submit("INV-1", x="y" * 20_000)).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused_politely(bank: Portal, method: str) -> None:
    answer = await bank.http.request(method, "/pay/INV-1")
    assert (answer.status_code, sorted(answer.headers["allow"].split(", "))) == (405, ["GET", "HEAD", "POST"])
    assert "That did not work" in text_of(answer.text)


async def test_many_others_are_cut_short(bank: Portal) -> None:
    await also_open(bank, case_of("INV-1"))
    for number in range(25):
        await also_open(bank, case_of(f"INV-9{number}", overdue=30))
    assert "And 5 more. Write to us for the whole list." in await words(bank)


async def test_where_nothing_is_known_to_come_the_page_says_so(bank: Portal) -> None:
    case = case_of(overdue=400)
    show(bank, case.model_copy(update={"plan": case.plan.model_copy(update={"milestones": case.plan.milestones[:1]})}))
    assert "No further automatic step is planned" in await words(bank)


def seen_in(html: str) -> str:
    return re.findall(r'name="seen" value="(\w+)"', html)[0]


def test_times_are_of_today() -> None:
    assert abs(case_of(overdue=0).invoice.due - now().date()) <= timedelta(days=1)


SHOP, BLOG = (
    Service(id=f"sandbox:{name}:website", account="bakery", user=name, domain=f"{name}.example")
    for name in ("shop", "blog")
)


async def test_an_invoice_for_one_service_says_which_and_shows_nothing_of_the_other_ones_holds(bank: Portal) -> None:
    account = await bank.store.account("bakery")
    await bank.store.put_account(account.model_copy(update={"services": (SHOP, BLOG)}))
    show(bank, case_of(overdue=3, pays_for=(SHOP.id,)))
    for source in ("INV-2", "abuse"):
        hold = Hold(account="bakery", source=source, level=Level.SUSPENDED, since=now(), service=BLOG.id)
        await bank.store.place_hold(hold)
    said = await words(bank)
    assert "Pays for shop.example" in said
    assert "Your services (shop.example) will be suspended on" in said
    assert "blog" not in said
    assert "restricted" not in said
    assert "suspended Due date" not in said
    await bank.store.place_hold(
        Hold(account="bakery", source="INV-1", level=Level.LOCKED, since=now(), service=SHOP.id)
    )
    assert "These services are locked" in await words(bank)

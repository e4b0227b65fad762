"""The words that customers read: every title in every policy, amounts and dates as they write them, nothing unsafe."""

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot
from jinja2 import UndefinedError

from adapters.gateways.stripe.charges import USELESS
from adapters.settings.policies import load_policy, policy_names
from adapters.templates.files import TemplateFiles, slug
from adapters.templates.renderer import TemplateRenderer
from dunning.case.orders import NoticeOrder
from dunning.level import Level
from dunning.money import Money
from dunning.payments.attempts import NONE_ON_FILE
from dunning.payments.declines import CARD_OVER
from dunning.payments.retries import REFUSED_FOR_GOOD
from dunning.ports.companies import Renderer
from dunning.records.accounts import Account
from dunning.records.mail import NoticeText
from tests.notices.orders import notice_order

FOLDER = Path(__file__).parents[2] / "notices"
POLICIES = FOLDER.with_name("policies")
PAY = "https://portal.example/pay"
HELP = "https://portal.example/how-to-pay"
RENDERER: Renderer = TemplateRenderer(FOLDER, "Example Hosting", PAY, HELP)

COMMON = (
    "Customer Invoice",
    "Invoice Payment Reminder",
    "First Invoice Overdue Notice",
    "Second Invoice Overdue Notice",
    "Third Invoice Overdue Notice",
    "Credit Card Payment failed",
    "Invoice Payment Confirmation",
    "Service Suspension Notification",
)
OWN = {
    "a-small-orange": (),
    "courtesy-5-10-35": (
        "Courtesy Invoice",
        "Payment Confirmation",
        "Payment Failed",
        "Invoice Reminder: Services Suspended",
    ),
    "hotdoodle": ("Monthly Fees Are Due", "Website Suspended", "Website Will Be Deleted"),
    "whmcs-default": (),
}
NOTICES = [(policy, title) for policy, own in OWN.items() for title in (*COMMON, *own)]
ACTIONS = {
    "charge": "If a payment method is on file, we will charge it on Friday, December 11, 2026.",
    "late_fee": "A late fee will be added to your balance on Friday, December 11, 2026.",
    "warn_admins": "see a payment warning when they log in, beginning on Friday, December 11, 2026.",
    "lock": "Your website will be locked on Friday, December 11, 2026: visitors still see it",
    "suspend": "Your services will be suspended on Friday, December 11, 2026.",
    "deactivate": "Your services will be marked inactive on Friday, December 11, 2026.",
    "delete": "Your services, with your website and e-mail, are due to be deleted on Friday, December 11, 2026.",
    "delete_backups": "The back-up copies of your services are due to be deleted on Friday, December 11, 2026.",
}


def order(**changes: Any) -> NoticeOrder:
    facts: dict[str, Any] = {
        "invoice": "INV-1042",
        "account": "acct-7",
        "step": "notify-5",
        "at": datetime(2026, 12, 6, 14, tzinfo=UTC),
        "title": "First Invoice Overdue Notice",
        "policy": "a-small-orange",
        "zone": "America/New_York",
        "due": date(2026, 12, 1),
        "balance": Money.parse("USD 1234.50"),
        "next_action": "suspend",
        "next_at": datetime(2026, 12, 11, 14, tzinfo=UTC),
        "amount": Money.parse("USD 1234.50"),
        "happened_at": datetime(2026, 12, 6, 14, tzinfo=UTC),
    }
    return notice_order(**(facts | changes))


def render(*, locale: str = "en_US", name: str = "Ada Lovelace", **changes: Any) -> NoticeText:
    return RENDERER.render(order(**changes), Account(id="acct-7", name=name, locale=locale))


def words(notice: NoticeText) -> str:
    return notice.text.replace("\n", " ")


@pytest.mark.req("S3-04")
@pytest.mark.parametrize(("policy", "title"), NOTICES)
@pytest.mark.parametrize("next_action", ["", *ACTIONS])
def test_every_notice_says_whom_it_is_about_what_is_next_and_how_to_pay(
    policy: str, title: str, next_action: str
) -> None:
    notice = render(policy=policy, title=title, next_action=next_action)
    assert notice.subject == title
    for body in (notice.text, notice.html):
        for fact in ("Ada Lovelace", "INV-1042", "1,234.50", "December 1, 2026", f"{PAY}/INV-1042", HELP):
            assert fact in body
        assert "What happens next" in body
        assert "Example Hosting" in body
        assert "None" not in body
        assert "{{" not in body
        assert "{%" not in body
    assert ACTIONS.get(next_action, "No further automatic step is planned") in words(notice)


@pytest.mark.parametrize(("policy", "title"), [notice for notice in NOTICES if "Confirmation" not in notice[1]])
def test_what_an_order_may_leave_out_is_left_out(policy: str, title: str) -> None:
    notice = render(policy=policy, title=title, amount=None, happened_at=None, next_action="", next_at=None)
    assert "None" not in notice.text
    assert "  on" not in notice.text


@pytest.mark.req("S2-28")
@pytest.mark.parametrize("title", ["Invoice Payment Confirmation", "Payment Confirmation"])
@pytest.mark.parametrize("missing", ["amount", "happened_at"])
def test_a_confirmation_without_a_valid_amount_and_date_is_never_written(title: str, missing: str) -> None:
    facts: dict[str, Any] = {"title": title, "policy": "courtesy-5-10-35", missing: None}
    with pytest.raises(UndefinedError, match="is undefined"):
        render(**facts)


def test_a_step_without_words_is_never_sent() -> None:
    with pytest.raises(KeyError, match="refund"):
        render(next_action="refund")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("First Invoice Overdue Notice", "first_invoice_overdue_notice"),
        ("Credit Card Payment failed", "credit_card_payment_failed"),
        ("Invoice Reminder: Services Suspended", "invoice_reminder_services_suspended"),
        ("  Don't - panic! ", "dont_panic"),
        ("../etc/passwd", "etcpasswd"),
    ],
)
def test_slug(title: str, name: str) -> None:
    assert slug(title) == name


def test_the_template_is_named_with_its_folder_and_version() -> None:
    own = render(title="Payment Failed", policy="courtesy-5-10-35").template
    assert re.fullmatch("courtesy-5-10-35/payment_failed@[0-9a-f]{12}", own)
    assert re.fullmatch("common/first_invoice_overdue_notice@[0-9a-f]{12}", render().template)


def test_another_source_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    for source in (FOLDER / "common").glob("*.*"):
        (tmp_path / "common" / source.name).write_bytes(source.read_bytes())
    (tmp_path / "mine").mkdir()
    seen: list[str] = []
    for source in ("One", "Two"):
        (tmp_path / "mine" / "hello.txt").write_text(source)
        renderer = TemplateRenderer(tmp_path, "Example Hosting", PAY)
        notice = renderer.render(order(title="Hello", policy="mine"), Account(id="a", name="A"))
        assert source in notice.text
        assert f"{PAY}/help" in notice.text
        seen.append(notice.template)
    assert len(set(seen)) == 2


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"amount": None, "happened_at": None}, "is open."),
        ({"amount": Money.parse("USD 5"), "balance": Money.parse("USD 0")}, "We have received your payment of $5.00"),
    ],
)
def test_a_title_that_nobody_wrote_words_for_gets_plain_ones(facts: dict[str, Any], words: str) -> None:
    written = render(title="Our Very Own Notice", policy="../common", **facts)
    assert written.subject == "Our Very Own Notice"
    assert words in written.text
    assert written.template.startswith("common/any_title@")


@pytest.mark.req("S3-32")
@pytest.mark.parametrize(
    ("locale", "amount", "shown"),
    [
        ("en_US", "USD 1234.50", "$1,234.50"),
        ("en_US", "USD 0.01", "$0.01"),
        ("en_US", "USD -5.00", "-$5.00"),
        ("en_US", "USD 9999999999.99", "$9,999,999,999.99"),
        ("de_DE", "EUR 1234.50", "1.234,50\N{NO-BREAK SPACE}€"),
        ("de-DE", "EUR 1234.50", "1.234,50\N{NO-BREAK SPACE}€"),
        ("ja_JP", "JPY 1235", "¥1,235"),
        ("en_US", "KWD 1.005", "KWD1.005"),
        ("en_US", "IQD 1.505", "IQD1.505"),
        ("tlh_QO", "USD 35.00", "$35.00"),
        ("", "USD 35.00", "$35.00"),
        ("not a locale", "USD 35.00", "$35.00"),
    ],
)
def test_amounts_are_exact_and_written_as_the_customer_writes_them(locale: str, amount: str, shown: str) -> None:
    notice = render(locale=locale, balance=Money.parse(amount))
    label = "Offener Betrag: " if locale.startswith("de") else "Balance due:   "
    assert f"{label}{shown}\n" in notice.text
    assert f">{shown}</td>" in unescape(notice.html)


@pytest.mark.parametrize(
    ("zone", "instant", "locale", "shown"),
    [
        ("America/New_York", "2026-12-11T04:59:59Z", "en_US", "Thursday, December 10, 2026"),
        ("America/New_York", "2026-12-11T05:00:00Z", "en_US", "Friday, December 11, 2026"),
        ("Asia/Tokyo", "2026-12-10T14:59:59Z", "en_GB", "Thursday, 10 December 2026"),
        ("Asia/Tokyo", "2026-12-10T15:00:00Z", "ja_JP", "Friday, December 11, 2026"),
        ("Pacific/Kiritimati", "2026-12-31T10:00:00Z", "en_AU", "Friday, 1 January 2027"),
    ],
)
def test_days_are_those_of_the_account_s_zone(zone: str, instant: str, locale: str, shown: str) -> None:
    when = datetime.fromisoformat(instant)
    notice = render(zone=zone, locale=locale, next_at=when)
    assert f"will be suspended on {shown}." in words(notice)
    paid = render(title="Invoice Payment Confirmation", zone=zone, locale=locale, happened_at=when)
    assert f"The transaction date is {shown}." in words(paid)


@pytest.mark.parametrize("name", policy_names(POLICIES))
def test_every_notice_of_a_shipped_policy_has_a_template(name: str) -> None:
    policy = load_policy(name, POLICIES)
    titles = {policy.payment_notice}
    for step in policy.milestones:
        titles |= {step.notice, step.notice_failed, step.notice_no_method}
    files = TemplateFiles(FOLDER)
    assert all(files.find(title, name) for title in titles - {""})


def test_html_escapes_what_people_wrote_and_text_keeps_it() -> None:
    notice = render(title="Credit Card Payment failed", name="<b>&\nCo\n\n</b>", detail="<script>x</script>")
    assert notice.text.startswith("Hello <b>& Co </b>,\n")
    assert "&lt;b&gt;&amp; Co &lt;/b&gt;" in notice.html
    assert "<script>" not in notice.html
    assert "<b>" not in notice.html


def test_an_invoice_number_cannot_leave_the_pay_link() -> None:
    notice = render(invoice='../"x?y')
    assert f"{PAY}/..%2F%22x%3Fy" in notice.text
    assert f'href="{PAY}/..%2F%22x%3Fy"' in notice.html


def test_html_carries_its_styles_inline() -> None:
    html = render().html
    assert [line.split()[0] for line in html.splitlines() if line.startswith("@")] == ["@media", "@media"]
    assert 'class="pay" href="https://portal.example/pay/INV-1042" style="' in html
    assert [word for word in ("src=", "url(", "<link", "<script", "@import") if word in html] == []


@pytest.mark.req("S3-16")
def test_the_last_failure_says_log_in_and_pay_and_names_the_fee() -> None:
    notice = render(title="Payment Failed", policy="courtesy-5-10-35", next_action="late_fee", detail="Card expired.")
    assert notice.text == snapshot("""\
Hello Ada Lovelace,

The automatic payment of $1,234.50 for invoice INV-1042 on Sunday,
December 6, 2026 did not go through. No money was taken.

The reason we were given: Card expired.

We will not try this payment method again for this invoice. You must log
in and pay it: https://portal.example/pay/INV-1042

Invoice:       INV-1042
Balance due:   $1,234.50
Due date:      Tuesday, December 1, 2026

What happens next
A late fee will be added to your balance on Friday, December 11, 2026.
Paying the balance in full before then stops this and every later step.

If nothing is paid
- Friday, December 11, 2026: Late fee

Pay this invoice
https://portal.example/pay/INV-1042

Help for the payment page
https://portal.example/how-to-pay

-- \n\
Example Hosting
You get this mail because you are a customer of Example Hosting, and
this is the address on file for letters about your account.
Nobody reads replies to this mail.
""")


def test_the_first_failure_names_the_next_attempt() -> None:
    notice = render(title="Payment Failed", policy="courtesy-5-10-35", next_action="charge")
    assert "before we try once more on Friday, December 11, 2026: https://portal.example/pay/INV-1042" in words(notice)
    assert "log in and pay" in words(notice)
    assert "We will not try" not in words(notice)


FAILED = ("did not go through", "fail", "declin", "We tried", "fehlgeschlagen", "abgelehnt", "haben versucht")
"""Words of a payment that was tried."""


@pytest.mark.parametrize("title", ["Payment Failed", "Credit Card Payment failed", "Automatic Payment Not Possible"])
@pytest.mark.parametrize(
    ("locale", "true"),
    [("en_US", "no automatic payment was tried"), ("de_DE", "keine automatische Zahlung versucht")],
)
@pytest.mark.parametrize("detail", [NONE_ON_FILE, CARD_OVER, USELESS, REFUSED_FOR_GOOD, "declined 15 times in 30 days"])
def test_nobody_of_whom_nothing_was_tried_reads_that_a_payment_failed(
    title: str, locale: str, true: str, detail: str
) -> None:
    """Whatever title an operator gave that notice; of the reason alone a refusal of old may be told."""
    notice = render(
        title=title,
        policy="courtesy-5-10-35",
        detail=detail,
        amount=None,
        locale=locale,
        untried=True,
        happened_at=None,
    )
    reason = detail if locale == "en_US" else "Der Grund: Die Bank lehnt dieses Zahlungsmittel endgültig ab."
    said = f"{notice.subject} {words(notice)}".replace(reason, "")
    assert not [each for each in FAILED if each in said]
    assert true in said.replace("No automatic", "no automatic")


@pytest.mark.parametrize(("locale", "promise"), [("en_US", "paid automatically"), ("de_DE", "automatisch bezahlt")])
def test_an_invoice_that_is_not_charged_does_not_say_that_it_is(locale: str, promise: str) -> None:
    """One of some cents goes to the next invoice when it is due: nobody may wait for a charge."""
    facts: dict[str, Any] = {"title": "Courtesy Invoice", "policy": "courtesy-5-10-35", "locale": locale}
    early = datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert promise not in words(render(**facts, at=early, next_action=""))
    assert promise in words(render(**facts, at=early, next_action="charge"))


@pytest.mark.parametrize(("locale", "day"), [("en_US", "before that date"), ("de_DE", "vor diesem Tag")])
def test_an_invoice_that_is_written_on_its_due_date_does_not_ask_for_money_before_that_date(
    locale: str, day: str
) -> None:
    notice = render(title="Customer Invoice", at=datetime(2026, 12, 1, 15, tzinfo=UTC), locale=locale)
    assert {"en_US": "until then", "de_DE": "bis dahin"}[locale] in words(notice)
    assert day not in words(notice)


@pytest.mark.req("S2-23")
def test_customer_invoice() -> None:
    assert render(title="Customer Invoice", next_action="charge").text == snapshot("""\
Hello Ada Lovelace,

Here is your invoice INV-1042 from Example Hosting for $1,234.50. It was
due on Tuesday, December 1, 2026.

Please pay it now.

Invoice:       INV-1042
Balance due:   $1,234.50
Due date:      Tuesday, December 1, 2026

What happens next
If a payment method is on file, we will charge it on Friday, December
11, 2026. Paying the balance in full before then stops this and every
later step.

If nothing is paid
- Friday, December 11, 2026: Automatic payment, if a payment method is
on file

Pay this invoice
https://portal.example/pay/INV-1042

Help for the payment page
https://portal.example/how-to-pay

-- \n\
Example Hosting
You get this mail because you are a customer of Example Hosting, and
this is the address on file for letters about your account.
Nobody reads replies to this mail.
""")


def test_first_overdue_notice() -> None:
    assert render().text == snapshot("""\
Hello Ada Lovelace,

Invoice INV-1042 was due on Tuesday, December 1, 2026, and we have not
received your payment yet. $1,234.50 is still open.

Perhaps it was overlooked. Please pay it now, so that your services keep
running without interruption. If your payment is already on its way,
thank you: you need do nothing.

Invoice:       INV-1042
Balance due:   $1,234.50
Due date:      Tuesday, December 1, 2026

What happens next
Your services will be suspended on Friday, December 11, 2026. Paying the
balance in full before then stops this and every later step.

If nothing is paid
- Friday, December 11, 2026: Services suspended

Pay this invoice
https://portal.example/pay/INV-1042

Help for the payment page
https://portal.example/how-to-pay

-- \n\
Example Hosting
You get this mail because you are a customer of Example Hosting, and
this is the address on file for letters about your account.
Nobody reads replies to this mail.
""")


@pytest.mark.req("S2-28")
def test_payment_confirmation_of_a_suspended_account() -> None:
    notice = render(
        title="Invoice Payment Confirmation",
        balance=Money.zero("USD"),
        next_action="",
        next_at=None,
        detail="pi_123",
        level=Level.SUSPENDED,
    )
    assert notice.text == snapshot("""\
Hello Ada Lovelace,

Thank you. We received your payment of $1,234.50 for invoice INV-1042.
The transaction date is Sunday, December 6, 2026, and the payment's
number is pi_123.

The invoice is paid in full.

Invoice:       INV-1042
Balance due:   $0.00
Due date:      Tuesday, December 1, 2026
Your services: suspended

What happens next
This invoice is paid: nothing more will happen because of it. The
services it restricted are being brought back now. A service that is
restricted for another reason too comes back once that is settled.

See this invoice
https://portal.example/pay/INV-1042

Help for the payment page
https://portal.example/how-to-pay

-- \n\
Example Hosting
You get this mail because you are a customer of Example Hosting, and
this is the address on file for letters about your account.
Nobody reads replies to this mail.
""")


@pytest.mark.req("S3-26")
def test_services_suspended() -> None:
    notice = render(
        title="Invoice Reminder: Services Suspended",
        policy="courtesy-5-10-35",
        next_action="delete",
        level=Level.SUSPENDED,
    )
    assert notice.text == snapshot("""\
Hello Ada Lovelace,

Your website and e-mail hosting have been suspended, because invoice
INV-1042, due on Tuesday, December 1, 2026, is unpaid. The balance is
now $1,234.50, including any late fee.

To reactivate your services, log in and pay all past-due invoices:
https://portal.example/pay/INV-1042

Services come back automatically once the payments are received. Domain
names may need a manual change: please contact us about them.

Should the services be terminated later, your website and all e-mail
will be lost.

Invoice:       INV-1042
Balance due:   $1,234.50
Due date:      Tuesday, December 1, 2026
Your services: suspended

What happens next
Your services, with your website and e-mail, are due to be deleted on
Friday, December 11, 2026. Paying the balance in full before then stops
this and every later step.

If nothing is paid
- Friday, December 11, 2026: Services deleted

Pay this invoice
https://portal.example/pay/INV-1042

Help for the payment page
https://portal.example/how-to-pay

-- \n\
Example Hosting
You get this mail because you are a customer of Example Hosting, and
this is the address on file for letters about your account.
Nobody reads replies to this mail.
""")


def test_website_will_be_deleted() -> None:
    notice = render(title="Website Will Be Deleted", policy="hotdoodle", next_action="delete", level=Level.SUSPENDED)
    assert notice.text == snapshot("""\
Hello Ada Lovelace,

The monthly fees for your website were due on Tuesday, December 1, 2026,
and $1,234.50 is still open. If no action is taken, your website will be
deleted, along with its back-up copies.

If you want to keep it, please pay before that day.

Invoice:       INV-1042
Balance due:   $1,234.50
Due date:      Tuesday, December 1, 2026
Your services: suspended

What happens next
Your services, with your website and e-mail, are due to be deleted on
Friday, December 11, 2026. Paying the balance in full before then stops
this and every later step.

If nothing is paid
- Friday, December 11, 2026: Services deleted

Pay this invoice
https://portal.example/pay/INV-1042

Help for the payment page
https://portal.example/how-to-pay

-- \n\
Example Hosting
You get this mail because you are a customer of Example Hosting, and
this is the address on file for letters about your account.
Nobody reads replies to this mail.
""")

"""Nobody switches domain names automatically: the notice about a suspension says where to go (S3-31)."""

from datetime import UTC, date, datetime

import pytest

from adapters.settings.settings import ROOT
from adapters.templates.renderer import TemplateRenderer
from dunning.case.orders import NoticeOrder
from dunning.money import Money
from dunning.records.accounts import Account, Service

HELP = "https://hosting.example/domains"
NAMES = tuple(
    Service(id=name, account="bakery", kind="domain", user="bakery", domain=name)
    for name in ("bread.example", "rolls.example")
)


def text(policy: str, title: str, *, locale: str = "en_US", names: tuple[Service, ...] = NAMES, url: str = HELP) -> str:
    renderer = TemplateRenderer(ROOT / "notices", "Example Hosting", "https://portal.example/pay", domain_help_url=url)
    order = NoticeOrder(
        invoice="INV-1", account="bakery", step="suspend:told", at=datetime(2026, 11, 25, tzinfo=UTC), title=title,
        policy=policy, zone="UTC", due=date(2026, 11, 14), balance=Money.parse("USD 54.99"),
    )  # fmt: skip
    account = Account(id="bakery", name="Example Bakery", locale=locale, services=names)
    return " ".join(renderer.render(order, account).text.split())


@pytest.mark.req("S3-31")
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_US", f"Domain names may need a manual change: please see {HELP} and contact us about them."),
        ("de_DE", f"von Hand umgestellt werden: Bitte lesen Sie {HELP} und wenden Sie sich deswegen an uns."),
    ],
)
def test_the_courtesy_reminder_points_to_us_and_to_the_page(locale: str, words: str):
    assert words in text("courtesy-5-10-35", "Invoice Reminder: Services Suspended", locale=locale)


@pytest.mark.req("S3-31")
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en_US",
            f"domain names (bread.example, rolls.example) are not switched automatically: please see {HELP} and",
        ),
        (
            "de_DE",
            f"(bread.example, rolls.example) werden nicht automatisch umgestellt: Bitte lesen Sie {HELP} und",
        ),
    ],
)
def test_any_other_suspension_names_them_to_who_has_some(locale: str, words: str):
    assert words in text("a-small-orange", "Service Suspension Notification", locale=locale)
    without = text("a-small-orange", "Service Suspension Notification", locale=locale, names=())
    assert HELP not in without
    assert words not in without


def test_without_a_page_the_customer_is_pointed_to_us():
    words = text("courtesy-5-10-35", "Invoice Reminder: Services Suspended", url="")
    assert "Domain names may need a manual change: please contact us about them." in words

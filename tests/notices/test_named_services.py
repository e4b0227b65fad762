"""An invoice or a hold that names services: the customer reads which are meant, and which go down with them."""

from datetime import date, timedelta
from typing import Any

import pytest

from adapters.settings.settings import ROOT
from adapters.templates.renderer import TemplateRenderer
from dunning.case.orders import NoticeOrder
from dunning.coverage import EVERYTHING, Coverage, about
from dunning.holds import Hold
from dunning.level import Level
from dunning.money import Money
from dunning.notices.hold_notice import hold_notice
from dunning.records.accounts import Account, Service
from tests.notices.office import AT
from tests.notices.orders import notice_order


def service(user: str, domain: str, kind: str = "website") -> Service:
    return Service(id=f"whm:{user}:{kind}", account="bakery", kind=kind, panel="whm", user=user, domain=domain)


SHOP, MAIL, BLOG = service("u", "shop.example"), service("u", "100%.example", "email"), service("v", "blog.example")
NAME = service("u", "name.example", "domain")
RENDERER = TemplateRenderer(
    ROOT / "notices", "Example Hosting", "https://p.example", by_user=lambda each: each.user == "u"
)


def text(title: str, covers: Coverage, policy: str = "whmcs-default", locale: str = "en_US", **more: Any) -> str:
    facts: dict[str, Any] = {
        "invoice": "INV-1", "account": "bakery", "step": "suspend:told", "at": AT, "title": title, "policy": policy,
        "zone": "UTC", "due": date(2026, 11, 14), "balance": Money.parse("USD 54.99"), "covers": covers,
    }  # fmt: skip
    order = notice_order(**(facts | more))
    return words(order, locale)


def words(order: NoticeOrder, locale: str = "en_US") -> str:
    account = Account(id="bakery", name="Example Bakery", locale=locale, services=(SHOP, MAIL, BLOG, NAME))
    return " ".join(RENDERER.render(order, account).text.split())


SUSPENDED, OVERDUE = "Service Suspension Notification", "Second Invoice Overdue Notice"


def test_a_suspension_names_the_services_and_all_that_go_down_with_them() -> None:
    told = text(SUSPENDED, about(SHOP.id), level=Level.SUSPENDED)
    assert "Your services (shop.example, 100%.example) with Example Hosting have been suspended" in told
    assert "Your services: suspended (shop.example)" in told
    assert "blog" not in told
    assert "Your domain names" not in told, "the shop's invoice does not pay for the name"
    assert "(blog.example) with" in text(SUSPENDED, about(BLOG.id))
    assert "Ihre Dienste (blog.example) bei" in text(SUSPENDED, about(BLOG.id), locale="de_DE")


def test_an_invoice_for_everything_names_nothing_and_says_what_it_always_said() -> None:
    told = text(SUSPENDED, EVERYTHING)
    assert "Your services with Example Hosting have been suspended" in told
    assert "Your domain names (name.example)" in told


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("warn_admins", "administrators of your website (shop.example) will see"),
        ("lock", "Your website (shop.example) will be locked"),
        ("suspend", "Your services (shop.example, 100%.example) will be suspended on"),
        ("deactivate", "Your services (shop.example) will be marked inactive on"),
        ("delete", "Your services (shop.example) are due to be deleted on"),
        ("delete_backups", "The back-up copies of your services (shop.example) are due to be deleted on"),
    ],
)
def test_what_comes_next_names_what_it_is_about(action: str, says: str) -> None:
    """A deletion takes nothing along: what its panel would only delete together is not deleted."""
    assert says in text(OVERDUE, about(SHOP.id), next_action=action, next_at=AT + timedelta(days=5))


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("action", ["warn_admins", "lock", "suspend", "deactivate", "delete", "delete_backups"])
def test_a_percent_sign_in_a_name_is_only_a_percent_sign(action: str, locale: str) -> None:
    assert "(100%.example" in text(
        OVERDUE, about(MAIL.id), locale=locale, next_action=action, next_at=AT + timedelta(days=5)
    )


def test_a_persons_hold_on_a_service_names_it() -> None:
    account = Account(id="bakery", name="Example Bakery")
    hold = Hold(account="bakery", source="abuse", level=Level.SUSPENDED, since=AT, service=BLOG.id)
    said = words(hold_notice(hold, account, AT))
    assert "Your services (blog.example) with Example Hosting have been suspended because of a report of abuse" in said
    whole = hold_notice(hold.model_copy(update={"service": ""}), account, AT)
    assert whole.key != hold_notice(hold, account, AT).key, "each is told by itself"

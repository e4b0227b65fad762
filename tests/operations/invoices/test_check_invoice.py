"""What is wrong with an invoice is said before it is opened, without a store or a server."""

from datetime import UTC, date, datetime
from ipaddress import ip_network

import pytest

from adapters.settings.policies import load_policy, policy_names
from adapters.settings.settings import ROOT
from adapters.templates.locale import is_locale
from dunning.policy.file import Policy
from operations.errors import RefusedError
from operations.invoices.check_invoice import CheckInvoice, Named
from tests.operations.opening import ASO, new

FOLDER, NOW = ROOT / "policies", datetime(2026, 11, 22, tzinfo=UTC)


def read(name: str) -> Policy:
    return load_policy(name, FOLDER)


NAMED = Named(policy_names(FOLDER), read, is_locale, {"acme"}, {"sandbox", "whm-1"})
CHECK = CheckInvoice(NAMED, lambda: NOW)


def test_a_good_one_has_its_policy() -> None:
    assert CHECK.check(new("A", locale="de_DE")).name == ASO


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"policy": "nobody-s"},
            "policy: there is no policy 'nobody-s' in the policies' folder; policies: a-small-orange",
        ),
        ({"policy": str(FOLDER / "hotdoodle.toml")}, "policy: there is no policy '.*hotdoodle.toml' in"),
        ({"amount": "EUR 1"}, "EUR 1.00 is not in USD, the currency of the policy a-small-orange"),
        ({"locale": "xx_XX"}, "locale: 'xx_XX' is not one; write it like en_US or de_DE"),
        ({"brand": "acne"}, "brand: there is no brand 'acne' in the settings; brands: acme"),
        ({"due": date(9999, 12, 30)}, "due: 9999-12-30 is more than 10 years away; is it a slip?"),
        ({"due": date(2037, 1, 1)}, "due: 2037-01-01 is more than 10 years away"),
        ({"paid_through": date(2015, 12, 31)}, "paid_through: 2015-12-31 is more than 10 years away"),
        (
            {"services": [{"user": "x", "panel": "whm-2"}]},
            r"services\[0\].panel: there is no panel 'whm-2' in the settings",
        ),
        (
            {"services": [{"user": "x", "probe": "http://10.0.0.1/"}]},
            r"services\[0\].probe: nobody asks there, it is not public \(private\): write a public address",
        ),
        (
            {"services": [{"user": "y"}, {"user": "x", "site": "https://me:secret@bakery.example/"}]},
            r"services\[1\].site: nobody asks there, it holds a login",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(more: dict[str, object], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        CHECK.check(new("A", **more))


def test_a_network_that_the_settings_allow_may_be_named() -> None:
    allowing = CheckInvoice(NAMED._replace(networks=[ip_network("10.0.0.0/8")]), lambda: NOW)
    assert allowing.check(new("A", services=[{"user": "x", "probe": "http://10.0.0.1/"}])).name == ASO


@pytest.mark.parametrize("due", [date(2016, 1, 1), date(2036, 12, 31)])
def test_a_date_within_ten_years_is_taken(due: date) -> None:
    assert CHECK.check(new("A", due=due, services=[{"user": "x", "panel": "whm-1"}])).name == ASO

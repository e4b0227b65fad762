"""One confirmation of several payments, in the words of every policy that writes one."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.settings.policies import load_policy
from dunning.case.orders import Told
from dunning.money import Money
from tests.notices.test_templates import POLICIES, render

LAST = datetime(2026, 12, 6, 14, tzinfo=UTC)
PAID = tuple(
    Told(id=f"pi_{number}", amount=Money.parse(f"USD {number}.50"), at=LAST - timedelta(days=number))
    for number in (3, 2, 1)
)


@pytest.mark.req("S2-28")
@pytest.mark.parametrize("policy", ["a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"])
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_US", ["3 payments", "$7.50 together", "$3.50 on Thursday", "$2.50 on Friday", "$1.50 on Saturday"]),
        ("de_DE", ["3 Zahlungen", "zusammen 7,50 $", "3,50 $ am Donnerstag", "2,50 $ am Freitag", "1,50 $ am Samstag"]),
    ],
)
def test_it_names_each_payment_its_day_and_the_sum(policy: str, locale: str, words: list[str]) -> None:
    rules = load_policy(policy, POLICIES)
    for title in (rules.payment_notice, "A Title Without A Template"):
        notice = render(
            locale=locale, policy=policy, title=title, amount=Money.parse("USD 7.50"), detail="", payments=PAID
        )
        text = " ".join(notice.text.replace("\xa0", " ").split())
        for word in words:
            assert word in text, title
        assert text.index("pi_3") < text.index("pi_2") < text.index("pi_1")
        assert all(each.id in notice.html for each in PAID)

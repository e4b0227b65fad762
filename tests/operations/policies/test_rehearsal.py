"""What may be rehearsed: from now on, in the policy's currency, with money and declines on days that there are."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.money import Money
from operations.errors import RefusedError
from operations.policies.rehearsal import MARGIN, Agrees, Comes, Rehearse, rehearsal

POLICY = load_policy("courtesy-5-10-35", ROOT / "policies")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DUE = NOW.date() + timedelta(days=30)
SOME = Money(minor=499, currency="USD")


def test_it_is_an_invoice_of_the_policy_and_ends_after_all_that_comes() -> None:
    made = rehearsal(POLICY, Rehearse(DUE, money=[Comes(12, SOME)], charged=[0]), NOW)
    assert (made.row.amount, made.row.policy, made.row.zone) == (Money(minor=1999, currency="USD"), POLICY.name, None)
    late = rehearsal(POLICY, Rehearse(DUE, "Europe/Berlin", SOME, [Comes(500, SOME)]), NOW)
    assert (late.row.zone, late.row.amount, late.last_day) == ("Europe/Berlin", SOME, 500 + MARGIN)
    assert made.last_day < late.last_day
    assert (made.declined, late.declined) == ([5], [0, 5]), "nobody pays unless it is said when"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"due": date(2020, 1, 1)}, "due"),
        ({"due": date.max}, "due"),
        ({"zone": "Mars"}, "zone"),
        ({"amount": Money(minor=0, currency="USD")}, "amount"),
        ({"amount": Money(minor=500, currency="EUR")}, "amount"),
        ({"money": [Comes(-99, SOME)]}, "pay"),
        ({"money": [Comes(5, Money(minor=500, currency="JPY"))]}, "pay"),
        ({"charged": [3]}, "charge"),
        ({"agreed": [Agrees(12, "suspend")]}, "approve"),
    ],
)
def test_what_cannot_be_played_is_refused_with_its_name(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        rehearsal(POLICY, Rehearse(DUE)._replace(**asked), NOW)
    assert refused.value.field == field

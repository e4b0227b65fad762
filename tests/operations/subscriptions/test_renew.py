"""One renewal, by the use case alone, on the stage's store and server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from composition import Composition, now
from dunning.coverage import ALL
from dunning.level import Level
from dunning.line import Line
from dunning.policy.file import Policy, RenewalRule
from dunning.ports.outages import OutageError
from dunning.subscriptions.numbers import numbers
from dunning.subscriptions.renewals import RenewalOrder
from dunning.subscriptions.subscription import Terms
from dunning.tickets.kind import TicketKind
from operations.subscriptions.renew import Renew
from tests.dunning.subscriptions.made import lines
from tests.operations.opening import usd
from tests.server.subscriptions.playing import held, new

NUMBERS = numbers("OPS-{year}-{number:04}")


def renew(made: Composition, changed: Callable[[Policy], Policy] = lambda policy: policy) -> Renew:
    def policies(name: str) -> Policy:
        return changed(made._policy(name))

    return Renew(made.store, made.open_invoice, policies, NUMBERS)


async def order(made: Composition, name: str, **more: Any) -> RenewalOrder:
    """Of a subscription whose workflow sleeps for a year; its account has a website and a mailbox."""
    starts = (now() + timedelta(days=400)).date()
    wanted = new(name, starts)
    await made.registered()
    await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))
    values: dict[str, Any] = {
        "subscription": name,
        "account": wanted.account,
        "number": 0,
        "terms": Terms(policy="a-small-orange", lines=lines("USD 20.00")),
        "starts": starts,
        "ends": starts + timedelta(days=31),
        "at": now(),
    }
    return RenewalOrder(**{**values, **more})


def not_while_suspended(policy: Policy) -> Policy:
    return policy.model_copy(update={"renewals": RenewalRule(while_suspended=False)})


async def test_what_is_suspended_is_billed_or_not_by_policy(made: Composition) -> None:
    wanted = await order(made, "OPS-SUSPENDED")
    await held(made.store, wanted.account, Level.SUSPENDED, ALL)
    none = await renew(made, not_while_suspended).renew(wanted)
    assert (none.outcome, none.invoice, none.reason) == ("not billed", "", "suspended for invoice OLD-9")
    assert none.lead
    assert none.lead.days == -10
    await held(made.store, wanted.account, Level.SUSPENDED, ALL, source="abuse")
    assert (await renew(made, not_while_suspended).renew(wanted)).outcome == "opened", "that is not for money"


async def test_once_it_has_its_number_it_is_tried_until_it_is_opened(made: Composition) -> None:
    """Else the number would be missing in the series."""
    wanted = await order(made, "OPS-NUMBERED")

    def gone(policy: Policy) -> Policy:
        raise ValueError(f"there is no policy {policy.name!r}")

    refused = await renew(made, gone).renew(wanted)
    assert (refused.outcome, refused.reason) == ("refused", "there is no policy 'a-small-orange'")
    assert await made.store.renewal(wanted.subscription, 0) is None
    opened = await renew(made).renew(wanted)
    with pytest.raises(OutageError, match=f"{opened.invoice}: there is no policy"):
        await renew(made, gone).renew(wanted)
    (ticket,) = await made.store.tickets(wanted.account)
    assert ticket.kind is TicketKind.RENEWAL_REFUSED
    assert await renew(made).renew(wanted) == opened, "the same invoice, however often"


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"lines": lines("EUR 20.00")}, "is not in USD"),
        ({"lines": lines("USD 5.00", "USD -5.00")}, "must be positive"),
        ({"lines": lines(*["USD 1.00"] * 51)}, "write 1 to 50 of them"),
        ({"lines": (Line(text="x" * 1000, amount=usd(1)),), "pays_for": ("sandbox:nobody:website",)}, "has no service"),
    ],
)
async def test_what_cannot_be_billed_gets_no_number(made: Composition, terms: dict[str, Any], why: str) -> None:
    name = f"OPS-REFUSED-{why.rpartition(' ')[2]}"
    wanted = await order(made, name)
    wanted = wanted.model_copy(update={"terms": wanted.terms.model_copy(update=terms)})
    refused = await renew(made).renew(wanted)
    assert (refused.outcome, why in refused.reason) == ("refused", True)
    assert await made.store.renewals(name) == ()


async def test_what_people_changed_of_the_account_stays_and_a_merged_one_is_asked_by_its_new_id(
    made: Composition,
) -> None:
    wanted = await order(made, "OPS-MERGED")
    account = await made.store.account(wanted.account)
    changed = account.model_copy(update={"contacts": (), "name": "Other Bakery", "locale": "de_DE"})
    await made.store.put_account(changed)
    await made.store.put_account(changed.model_copy(update={"id": "ops-merged-into", "services": ()}))
    await made.merging.merge(wanted.account, "ops-merged-into", "ana", "one customer")
    opened = await renew(made).renew(wanted)
    case = await made.cases.ask(opened.invoice)
    assert (case.invoice.account, case.invoice.customer) == ("ops-merged-into", "Other Bakery")
    kept = await made.store.account("ops-merged-into")
    assert (kept.contacts, kept.locale) == ((), "de_DE")

"""An order whose account was merged since it was given: it goes to the account that there is now, for what was paid."""

from datetime import UTC, date, datetime

import pytest

from activities.owners import for_owner
from dunning.case.orders import Order, ReopenOrder, RestrictOrder
from dunning.coverage import Coverage
from dunning.level import Level
from dunning.records.books import KnownInvoice

AT = datetime(2026, 12, 1, tzinfo=UTC)
NAMED = ("sandbox:u1:website",)


def known(account: str, pays_for: tuple[str, ...] = ()) -> KnownInvoice:
    return KnownInvoice(number="i-1", account=account, policy="p", due=AT.date(), pays_for=pays_for)


def restrict(account: str, covers: Coverage) -> RestrictOrder:
    today = date(2026, 12, 1)
    return RestrictOrder(
        invoice="i-1", account=account, step="suspend", at=AT, level=Level.SUSPENDED, today=today, covers=covers
    )


@pytest.mark.parametrize(
    ("order", "of", "wanted"),
    [
        (restrict("one", Coverage()), known("one"), restrict("one", Coverage())),
        (restrict("one", Coverage()), known("into"), restrict("into", Coverage())),
        (restrict("one", Coverage()), known("into", NAMED), restrict("into", Coverage(services=NAMED))),
        (restrict("into", Coverage()), known("into", NAMED), restrict("into", Coverage(services=NAMED))),
        (
            restrict("one", Coverage(kinds=("website",))),
            known("into", NAMED),
            restrict("into", Coverage(services=NAMED, kinds=("website",))),
        ),
        (restrict("one", Coverage(services=("s",))), known("into", NAMED), restrict("into", Coverage(services=("s",)))),
        (
            ReopenOrder(invoice="i-1", account="one", step="reopen", at=AT),
            known("into", NAMED),
            ReopenOrder(invoice="i-1", account="into", step="reopen", at=AT),
        ),
        (ReopenOrder(invoice="i-1", account="", step="x", at=AT), known("into"), None),
    ],
)
def test_an_order_is_for_the_owner_and_for_what_its_invoice_paid_for(
    order: Order, of: KnownInvoice, wanted: Order | None
) -> None:
    assert for_owner(order, of) == (wanted or order)

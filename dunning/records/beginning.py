"""An invoice whose case is about to begin: what the store has to know before, and what it answers."""

from typing import NamedTuple

from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice


class Beginning(NamedTuple):
    """`account` is what is known of it now, and was `before` (None: it was not known); None: nothing new.

    `uses_credit`: the account's credit pays it, too.
    """

    invoice: KnownInvoice
    amount: Money
    account: Account | None = None
    before: Account | None = None
    uses_credit: bool = False


class Begun(NamedTuple):
    """The `generation` of the life that begins; `carried` is owed with the invoice, `credit` pays for it."""

    generation: int
    carried: Money
    credit: Money | None = None

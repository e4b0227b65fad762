"""How long an invoice is exempt, for whoever opens, wakes or restricts it."""

from collections.abc import Sequence

from dunning.case.facts import Exemption
from dunning.ports.accounts import Accounts
from dunning.records.accounts import exemption_of


async def last_word(store: Accounts, account: str, pays_for: Sequence[str]) -> Exemption | None:
    """How long an invoice that pays for these services is exempt; None when nobody ever changed the account.

    The changes are read first: what is read after them is never older than their number.
    """
    changes = await store.account_changes(account)
    return exemption_of(await store.account(account), pays_for, changes) if changes else None

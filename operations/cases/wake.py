"""Waking a closed case: it goes on in another life, with what it could not hear while it was closed."""

from typing import Protocol

from dunning.case.case import Case, going_on
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases, Signal
from dunning.ports.invoices import Invoices
from dunning.rules.merged import owned
from operations.accounts.last_word import last_word


class WakeRecords(Accounts, Invoices, Protocol):
    """Its next life, whose it is, and whether its account is exempt."""


async def wake(store: WakeRecords, cases: Cases, case: Case, fact: Signal) -> None:
    """Start it again where it ended, with a signal; one that runs only gets the signal. Raises OutageError."""
    if known := await store.invoice(case.invoice.number):
        case = owned(case, known.account, known.pays_for)
    try:
        exempt = await last_word(store, case.invoice.account, case.invoice.pays_for)
    except LookupError:
        exempt = None
    generation = await store.new_generation(case.invoice.number)
    await cases.wake(going_on(case, generation, exempt), fact)

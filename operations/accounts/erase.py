"""Erasing a customer: names, addresses and words go, and numbers, amounts and dates stay, as tax law asks for."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.audit.wanted import Wanted
from dunning.audit.words import Words as Said
from dunning.keeping.obstacles import Standing, obstacles
from dunning.keeping.words import Words
from dunning.money import sums
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.keeping import Erased, Erasing, KeptOf
from dunning.ports.payments import Credits
from dunning.ports.processors import ProcessorRecords
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account
from operations.accounts.write import Deed, kept, known
from operations.audit.log import AuditLog
from operations.errors import RefusedError

_WHAT = ("erased",)
"""What the account's last change says then, as all before it do."""
_COMMAND = "account erase"


class EraseRecords(
    Accounts, Credits, Erasing, Holds, Invoices, KeptOf, ProcessorRecords, SubscriptionRecords, Tickets, Protocol
):
    """All that may still go on, and the erasing itself."""


class Plan(NamedTuple):
    """What erasing would do to the account as it is, and what keeps it from being done, a line each."""

    account: Account
    would: Erased
    obstacles: tuple[str, ...]


class EraseAccount:
    """All raise NoSuchAccountError, MergedAccountError, RefusedError and StoreOutageError. `clock` is the wall's."""

    def __init__(self, store: EraseRecords, audit: AuditLog, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    async def look(self, account: str, by: str = "", reason: str = "") -> Plan:
        """What erasing would do. Nothing is written. Raises RefusedError for words that would keep the customer's."""
        its = await known(self._store, account)
        await self._names_nobody(account, by, reason)
        return Plan(its, await self._store.would_erase(its), await self._obstacles(account))

    async def erase(self, account: str, by: str, reason: str, system_user: str = "") -> Plan:
        """Do it, all or nothing, and tell what was done. Of one that was erased only what came since is left to do.

        Raises RefusedError, saying all that still goes on.
        """
        change = kept(account, _WHAT, Deed(by, reason, self._clock()))
        words = await self._names_nobody(account, by, reason)
        plan = await self._may_be_erased(account)
        said = Said(what=_COMMAND, by=change.by, reason=change.reason, system_user=system_user, about=(account,))
        entry = await self._audit.asked(said)
        # First: once the store has forgotten the words, nobody knows any more what to look for.
        await self._audit.erase(Wanted(about=await self._named(account)), said, words.are_in)
        done = None
        while plan.would.rows and not (done := await self._store.erase_account(plan.account, change)):
            plan = await self._may_be_erased(account)
        await self._audit.became(entry, "done")
        return plan._replace(would=done, account=await known(self._store, account)) if done else plan

    async def _names_nobody(self, account: str, by: str, reason: str) -> Words:
        words = await self._store.words_of(account)
        for name, text in (("by", by), ("reason", reason)):
            if words.are_in(text):
                raise RefusedError("it names the customer, and would keep that: name a ticket or a letter", field=name)
        return words

    async def _may_be_erased(self, account: str) -> Plan:
        plan = await self.look(account)
        if plan.obstacles:
            raise RefusedError("\n".join(("it is not erased, because", *plan.obstacles)), about=account)
        return plan

    async def _named(self, account: str) -> tuple[str, ...]:
        """What entries of the audit log may be about: its ids, invoices, services and subscriptions."""
        its = await self._store.account(account)
        return (
            *await self._store.ids_of(account),
            *(each.number for each in await self._store.all_invoices(account)),
            *(each.id for each in its.services),
            *(each.id for each in await self._store.subscriptions(account)),
        )

    async def _obstacles(self, account: str) -> tuple[str, ...]:
        has = Standing(
            invoices=await self._store.all_invoices(account),
            tickets=await self._store.tickets(account),
            credit=sums(each.amount for each in await self._store.credits(account)),
            subscriptions=await self._store.subscriptions(account),
            linked=await self._store.processor_subscriptions(account),
            holds=await self._store.holds(account),
            waiting=await self._store.unhandled_of(account),
        )
        return obstacles(account, has)

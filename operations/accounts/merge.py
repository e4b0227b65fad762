"""Merging two accounts of one customer: in the store at once, then told to the cases of their open invoices."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.case.facts import AccountMerged
from dunning.coverage import NONE
from dunning.money import sums
from dunning.ports.accounts import Accounts, Merging
from dunning.ports.holds import Holds
from dunning.ports.inbox import Inbox
from dunning.ports.invoices import Invoices
from dunning.ports.open_cases import OpenCases
from dunning.ports.payments import Credits
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.merging import Merge, held_by_people, merge_of, pays_for, same_places
from operations.accounts.exemptions import Exempted
from operations.accounts.tell import Decide, TellCases, Telling, with_cases
from operations.accounts.write import Deed, kept, known
from operations.cases.last_seen import last_seen
from operations.errors import RefusedError

_TOLD = "merge:"
"""How the ids begin under which the fact is kept until the cases have heard of it."""
_MANY = 1000


class MergeRecords(Accounts, Merging, Invoices, Holds, Credits, Inbox, OpenCases, Protocol):
    """Both accounts, and all that hangs on them."""


class ExemptionsOf(Protocol):
    """Who tells cases how long they are exempt."""

    async def tell_again(self, account: str) -> Exempted:
        """As `Exemptions` has it."""
        ...


class Plan(NamedTuple):
    """What would be merged, and what goes over or changes with it, a line each."""

    merge: Merge
    lines: tuple[str, ...]


class Merged(NamedTuple):
    """The account as it is now, what went over, and which cases know it."""

    account: Account
    what: tuple[str, ...]
    telling: Telling


class MergeAccounts:
    """All raise NoSuchAccountError, RefusedError and StoreOutageError. `clock` is the wall's."""

    def __init__(
        self, store: MergeRecords, decide: Decide, exemptions: ExemptionsOf, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._tell = TellCases(store, decide, clock)
        self._exemptions = exemptions
        self._clock = clock

    async def look(self, one: str, into: str) -> Plan:
        """What merging them would do. Nothing is written."""
        if one == into:
            raise RefusedError("an account cannot be merged with itself", about=one)
        merge = merge_of(await known(self._store, one), await known(self._store, into))
        await self._check(merge)
        return Plan(merge, tuple([line async for line in self._lines(merge)]))

    async def _lines(self, merge: Merge) -> AsyncIterator[str]:
        one, into, both = merge
        for line in _moved(one, into):
            yield line
        invoices = await self._store.all_invoices(one.id)
        for number in (each.number for each in invoices if each.status != "closed"):
            yield f"open invoice {number}"
        if closed := sum(each.status == "closed" for each in invoices):
            yield f"{closed} closed invoice{'s' if closed > 1 else ''}"
        for hold in await self._store.holds(one.id):
            yield f"hold {hold.source} on {hold.service or 'all of its services'}"
        for total in sums(each.amount for each in await self._store.credits(one.id)):
            yield f"credit {total}"
        if one.payer and both.payer != one.payer:
            yield f"{both.payer} is charged from then on, and {one.payer} no more"
        if named := pays_for(into, merge):
            for each in await with_cases(self._store, into.id):
                yield f"{each.number} of {into.id} pays for {', '.join(named)} from then on, if it named nothing"

    async def is_done(self, one: str, into: str) -> bool:
        """Whether they are merged already."""
        return await self._store.merged_into(one) == into

    async def merge(self, one: str, into: str, by: str, reason: str) -> Merged:
        """Bring all of `one` to `into`, all or nothing; then tell the cases. Safe to repeat: they are told again."""
        deed = Deed(by, reason, self._clock())
        while not await self.is_done(one, into):
            plan = await self.look(one, into)
            what = (f"account {one} merged into it", *plan.lines)
            if await self._store.merge_accounts(plan.merge, kept(into, what, deed)):
                break
        its = await known(self._store, into)
        changes = await self._store.account_changes(into)
        said = next(each for each in reversed(changes) if f"account {one} merged into it" in each.what)
        telling = await self._told(one, into, said.by, said.reason)
        if its.exempt_until or any(each.exempt_until for each in its.services):
            await self._exemptions.tell_again(into)
        return Merged(its, said.what, telling)

    async def _told(self, one: str, into: str, by: str, reason: str) -> Telling:
        def fact(known: KnownInvoice) -> AccountMerged:
            return AccountMerged(one=one, into=into, pays_for=known.pays_for, by=by, reason=reason)

        facts = {each.number: fact(each) for each in await with_cases(self._store, into)}
        return await self._tell.tell(facts, dict.fromkeys(facts, f"{_TOLD}{one}"))

    async def _check(self, merge: Merge) -> None:
        one, into, _ = merge
        if same := same_places(one, into):
            raise RefusedError(f"{same[0].place} is a service of both, under two ids: remove one", about=one.id)
        for account in (one, into):
            running = await with_cases(self._store, account.id)
            if running and pays_for(account, merge) == (NONE,):
                raise RefusedError(
                    f"it has no service, so {running[0].number} pays for nothing, and its notices would name the other "
                    "one's: add the service that it pays for, or wait until that invoice has ended",
                    about=account.id,
                )
            if held := held_by_people(await self._store.holds(account.id), merge):
                raise RefusedError(
                    f"it is held as a whole ({held[0].source}), and nobody can tell whether the other one's services "
                    "are meant, too: lift that hold, or hold its services by name",
                    about=account.id,
                )
            if late := [each.number for each in running if await self._deaf(each)]:
                raise RefusedError(
                    f"{', '.join(late)} has not heard of an earlier merge: try again in a moment, and look at it with "
                    "`show` if it stays so",
                    about=account.id,
                )

    async def _deaf(self, invoice: KnownInvoice) -> bool:
        """Whether its case is still the one of another account: merges are heard of in their order.

        A long one has no snapshot that tells: what waits for it does.
        """
        if case := last_seen(await self._store.open_case(invoice.number)):
            return case.invoice.account != invoice.account
        waiting = await self._store.waiting(_MANY)
        return any(each.invoice == invoice.number and each.id.startswith(_TOLD) for each in waiting)


def _moved(one: Account, into: Account) -> Iterator[str]:
    known = {each.email.casefold() for each in into.contacts}
    yield from (f"contact {each.email}" for each in one.contacts if each.email.casefold() not in known)
    ids = {each.id for each in into.services}
    yield from (f"service {each.id}" for each in one.services if each.id not in ids)
    if one.exempt_until:
        yield f"exempt from consequences until {one.exempt_until}, for its services"
    for name in ("name", "locale", "zone", "brand"):
        if getattr(one, name) != getattr(into, name):
            yield f"{name} {getattr(into, name) or 'none'} instead of {getattr(one, name) or 'none'}"

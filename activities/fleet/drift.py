"""The hourly check: compare holds, panel and outside, account by account, and repair what drifted."""

from datetime import datetime

from temporalio import activity

from activities.heartbeat import beating
from dunning.calendar import local_date
from dunning.fleet import drift
from dunning.fleet.drift import Page, PageOrder
from dunning.fleet.drift_report import DriftReport
from dunning.holds import Hold
from dunning.level import at_panel, strictest
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect
from dunning.services.probe_verdict import contradicts
from dunning.services.shared_users import holds_on
from operations.concurrency import a_few
from operations.services.panel import mark, may_loosen, still_adopted, switched, tag_of
from operations.services.proof import look, wished
from operations.services.services import AccountServices
from operations.services.settled_holds import SettledHolds
from operations.services.site_webhooks import tell_sites

MOST = 100
"""Accounts a page: a worker that dies loses no more than that."""
PATIENT = 6
"""Tries (about a minute) after which a page goes on although no panel answers at all."""


class CheckDrift:
    """A page may be cut off and begun again: what was repaired is in order then. `most` accounts make one."""

    def __init__(self, services: AccountServices, settled: SettledHolds, most: int = MOST) -> None:
        self._services = services
        self._settled = settled
        self._store = services.store
        self._most = most

    @activity.defn(name="check_drift")
    async def check(self, order: PageOrder) -> Page:
        """Raises OutageError while no panel of the page answers at all: one by one, that would take hours."""
        names = await self._store.watched(order.at - drift.RECENTLY, order.after, self._most)
        async with beating():
            reports = await a_few(self._account(name, order.at) for name in names)
        report = sum(reports, DriftReport(at=order.at))
        if names and report.unanswered == len(names) and activity.info().attempt < PATIENT:
            raise OutageError(f"no panel of {len(names)} account(s) answers; asking again")
        return Page(report=report, last=names[-1] if len(names) == self._most else "")

    async def _account(self, name: str, at: datetime) -> DriftReport:
        counted = DriftReport(at=at, accounts=1)
        account = await self._store.account(name)
        lifted = await self._settled.lift(name, local_date(at, account.zone or "UTC"))
        counted = sum((drift.lifted(name, each, at) for each in lifted), counted)
        holds = await self._store.holds(name)
        one = _Checked(self._services, account, holds, await self._store.effects(name), at)
        try:
            return counted + await one.checked()
        except OutageError:
            return counted.model_copy(update={"unanswered": 1})


class _Checked:
    """One account, as it was read a moment ago."""

    def __init__(
        self,
        services: AccountServices,
        account: Account,
        holds: tuple[Hold, ...],
        effects: tuple[Effect, ...],
        at: datetime,
    ) -> None:
        self._services = services
        self._account = account
        self._holds = holds
        self._known = {each.service: each for each in effects}
        self._at = at

    async def checked(self) -> DriftReport:
        """Look at each service, and bring the account to its holds if one of them drifted. Raises OutageError."""
        ours, drifted = self._ours(), list[Effect]()
        gone = len(switched(self._account.services)) - len(ours)
        report = DriftReport(at=self._at, services=gone, deleted=gone)
        for service in ours:
            report += await self._service(service, drifted)
        if drifted:
            return report + await self._repaired(drifted)
        return report + await self._told_again()

    def _ours(self) -> list[Service]:
        """Without what is gone: nobody asks for it, and nobody touches it."""
        return [each for each in switched(self._account.services) if not drift.is_gone(self._known.get(each.id))]

    async def _service(self, service: Service, drifted: list[Effect]) -> DriftReport:
        services, before = switched(self._account.services), self._known.get(service.id)
        holds = holds_on(service, services, self._holds, self._services.panel.by_user)
        wanted = strictest(hold.level for hold in holds)
        seen = await self._services.panel.state(service)
        tag = tag_of(holds) if seen.tag is not None else mark(seen, before)
        left = still_adopted(seen, before)
        now = wished(service, wanted, self._at, tag).model_copy(update={"shown": seen.level, "adopted": left})
        shown, ours = at_panel(wanted, self._services.panel.expresses(service)), may_loosen(seen, before)
        match drift.need(wanted, seen.level, before, holds, self._at, ours=ours, asked=shown):
            case "repair":
                drifted.append(now)
                return DriftReport(at=self._at)
            case "nothing":
                return await self._seen(service, now)
            case "vanished":
                await self._services.store.put_effects([now])
                return drift.finding(now, "vanished", f"its holds ask for {wanted.value}")
            case quiet:
                return drift.one(self._at, quiet)

    async def _seen(self, service: Service, now: Effect) -> DriftReport:
        """The panel shows what it should: is it so?"""
        proof = await look(self._services.probes, service, now.wanted, now.shown)
        now, before = now.model_copy(update={"proof": proof}), self._known.get(service.id)
        known = drift.told_before(before, now)
        if not known:
            await self._services.store.put_effects([now])
        if not contradicts(proof):
            return drift.one(self._at, "in_order", *([] if proof.startswith("confirmed") else ["unseen"]))
        if known:
            return drift.one(self._at, "known")
        return drift.finding(now, "contradicted", f"the panel shows {now.shown.value}; {proof}")

    async def _repaired(self, drifted: list[Effect]) -> DriftReport:
        """Bring the account to its holds, with all that belongs to it. What does not move was perhaps told before."""
        ours = self._account.model_copy(update={"services": tuple(self._ours())})
        try:
            brought = await self._services.bring(ours, self._at, attempt=activity.info().attempt)
        except OutageError as error:
            return await self._stubborn(drifted, str(error))
        now = {each.service: each for each in brought.effects}
        reports = (
            drift.finding(each, "repaired", f"the panel showed {each.shown.value}, now {now[each.service].shown.value}")
            for each in drifted
        )
        return sum(reports, DriftReport(at=self._at))

    async def _stubborn(self, drifted: list[Effect], why: str) -> DriftReport:
        known = [each for each in drifted if drift.told_before(self._known.get(each.service), each)]
        await self._services.store.put_effects(each for each in drifted if each not in known)
        reports = (
            drift.one(self._at, "known")
            if each in known
            else drift.finding(each, "stubborn", f"its holds ask for {each.wanted.value}: {why}")
            for each in drifted
        )
        return sum(reports, DriftReport(at=self._at))

    async def _told_again(self) -> DriftReport:
        """A site that missed its news hears it within the hour."""
        ours = self._account.model_copy(update={"services": tuple(self._ours())})
        try:
            levels = self._services.levels(ours, self._holds)
            await tell_sites(self._services.sites, levels, self._at, attempt=activity.info().attempt)
        except OutageError:
            return DriftReport(at=self._at, silent=1)
        return DriftReport(at=self._at)

"""Somebody exempts the account, or one service of it, from consequences; nobody is restricted meanwhile."""

from datetime import UTC, date, datetime, timedelta

from dunning.policy.plan import EXEMPTED
from tests.chaos.doors import clocks, latest
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.seen import Seen
from tests.chaos.told import ExemptSaid

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""When something was said for a case that began after it."""
SLOW = timedelta(minutes=30)
"""What had begun when it was said may be done a little later."""


async def exempts(life: Life, act: Act) -> None:
    """Until some days later; at times only one service, and at times an end of the one before."""
    service = life.service(life.users[int(act.pick * len(life.users))]) if act.pick < 0.3 else ""
    ends = (
        act.twice
        and life.owner == life.account
        and any(said.service == service and said.until for said in life.told.exempt)
    )
    until = None if ends else ((await latest(life)) + timedelta(days=2 * act.days)).date()
    what = f"{service or life.account}: exempt until {until}" if until else f"{service or life.account}: exempt no more"
    before = len(life.told.done)
    await life.attempt(what, lambda: life.made.exemptions.exempt(life.owner, service, until, "ana", "drawn"))
    if "refused" not in life.told.done[before]:
        life.told.exempt.append(ExemptSaid(service, until, await clocks(life)))


def restricted_while_exempt(seen: Seen) -> list[str]:
    """No step restricts for an invoice while its account is exempt, from when the command had said so."""
    said = [each for each in seen.life.told.exempt if not each.service]
    return [
        f"{number}: {done.step} came on {done.at:%F %H:%M}, and the account was exempt until {until}"
        for number, case in seen.cases.items()
        for since, before, until in _times(number, said)
        for done in case.done
        if done.kind in ("restricted", "deleted") and done.action in EXEMPTED
        if since + SLOW < done.at < before and case.today(done.at) <= until
    ]


def _times(number: str, said: list[ExemptSaid]) -> list[tuple[datetime, datetime, date]]:
    """From when on until when each of them was the last word, on that invoice's own clock."""
    last = datetime.max.replace(tzinfo=UTC)
    ends = [*(each.at.get(number, BEFORE_ALL) for each in said[1:]), last]
    return [
        (each.at.get(number, BEFORE_ALL), end, each.until) for each, end in zip(said, ends, strict=False) if each.until
    ]

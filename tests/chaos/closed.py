"""The operator sets maintenance windows around steps to come, and at times cancels one; nobody is charged in them.

All lives of a stage share its windows, so each checks those that it set itself, and calls them off in the end.
"""

from datetime import timedelta

from dunning.policy.plan import LEVEL_OF, Action
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read
from dunning.windows.can_they_pay import TO_PAY
from operations.windows.windows import Changed, NewWindow
from tests.chaos.doors import clocks, latest
from tests.chaos.drawn import Act
from tests.chaos.exempt import BEFORE_ALL
from tests.chaos.life import Life
from tests.chaos.seen import Seen
from tests.chaos.told import WindowSaid

SLOW = timedelta(minutes=30)
"""What had begun may be done a little later."""
LEAD = timedelta(hours=12)
"""As the settings have it."""
_DEEDS = (Action.CHARGE, *LEVEL_OF)


async def sets_window(life: Life, act: Act) -> None:
    """Around the next charge or consequence of an invoice that the plan has."""
    plan, now = life.plans[life.numbers[act.invoice]], await latest(life)
    coming = next((m.at for m in plan.milestones if m.action in _DEEDS and m.at > now + timedelta(days=1)), None)
    if coming is None:
        return
    since = coming - timedelta(hours=6 * act.pick)
    new = NewWindow(since, since + timedelta(hours=1 + 3 * act.days), plan.zone, "drawn", "ana")
    before, made = len(life.told.done), list[Changed]()

    async def add() -> None:
        made.append(await life.made.windows.add(new))

    await life.attempt(f"window from {since:%F %H:%M} for {1 + 3 * act.days} h", add)
    if made and "refused" not in life.told.done[before]:
        life.told.windows.append(WindowSaid(made[-1].window, await clocks(life)))


async def cancels_window(life: Life, act: Act) -> None:
    """The last one that it set, or moves its end a day."""
    if not life.told.windows:
        return
    said = life.told.windows[-1]
    if said.cancelled:
        return
    if act.twice:
        until = said.window.until + timedelta(days=1)
        await life.attempt("window extended", lambda: life.made.windows.move(said.window.id, None, until, "ana"))
        return  # what it was before stays closed, and that is what is checked
    said.cancelled = await clocks(life)
    await life.attempt("window cancelled", lambda: life.made.windows.cancel(said.window.id, "ana"))


async def reopens(life: Life) -> None:
    """Once the life is over: the next ones have the same days."""
    for said in life.told.windows:
        said.cancelled = said.cancelled or await clocks(life)
        await life.persist(lambda said=said: life.made.windows.cancel(said.window.id, "ana"))


def acted_in_a_window(seen: Seen) -> list[str]:
    """No charge was made in one, and nobody was restricted near one, from when it was set until it was cancelled."""
    found = list[str]()
    for said in seen.life.told.windows:
        for number in seen.cases:
            found += [f"{number}: {what} in window {said.window.id}" for what in _acts(seen, number, said)]
    return found


def _acts(seen: Seen, number: str, said: WindowSaid) -> list[str]:
    case, window = seen.cases[number], said.window
    set_at = said.at.get(number, BEFORE_ALL)
    over = said.cancelled.get(number, BEFORE_ALL) if said.cancelled else window.until + TO_PAY
    since, near = max(window.since, set_at) + SLOW, max(window.since - LEAD, set_at) + SLOW
    tried = [a for a in case.attempts if a.kind != "no_method" and read(a.step).kind is not StepKind.UNDERWAY]
    charged = [f"{a.step} was charged {a.began:%F %H:%M}" for a in tried if since < a.began < min(window.until, over)]
    restricted = [
        f"{d.step} came {d.at:%F %H:%M}"
        for d in case.done
        if d.kind in ("restricted", "deleted") and read(d.step).kind is not StepKind.CHARGEBACK
        if near < d.at < min(window.until + TO_PAY, over)
    ]
    return [*charged, *restricted]

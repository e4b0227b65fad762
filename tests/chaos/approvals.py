"""Who agrees to a deletion: as many people as it takes, and nobody counts twice by how their name is typed.

Names are typed at the real command, and told to the case by a program that asked nobody. What a name means stands here
in other words: `ana`, `Ana `, and one with something invisible in it are one woman.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import httpx2

from dunning.case.facts import Approval
from operations.errors import RefusedError
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.seen import Seen
from tests.cli.command import starter

ANA = ("ana", "Ana", " ana ", "a\u200bna", "\uff21\uff2e\uff21", "an\u00ada")
"""One person, as she is typed."""
NOBODY = ("cleo", "dora", "D\u200bora", "\u0430na", "annika", "", " \u200b")
"""A clerk, a disabled admin, one with a Cyrillic letter, a stranger, and blanks: none may agree to anything."""
PEOPLE = frozenset({"ana", "ben"})
"""Who may, of those whom lives let agree."""
FREE = "hotdoodle"
"""The policy that asks nobody."""


async def approves(life: Life, act: Act) -> None:
    """Somebody agrees to the deletion of one invoice's services, if its policy asks for that."""
    number = life.numbers[act.invoice]
    milestone = next((m.name for m in life.plans[number].milestones if m.approvals), "")
    typed = ANA[int(act.pick * 97) % len(ANA)]
    match act.kind if milestone else "":
        case "approval":
            await _agrees(life, number, milestone, "ana", "ana", command=False)
        case "second approval":
            await _agrees(life, number, milestone, "ben", "ben", command=act.twice)
        case "approves in another spelling":
            await _agrees(life, number, milestone, typed, "ana", command=act.pick < 0.5)
        case "approves and may not":
            await _may_not(life, number, milestone, NOBODY[int(act.pick * 97) % len(NOBODY)])
        case _:
            return


async def _agrees(life: Life, number: str, milestone: str, by: str, who: str, *, command: bool) -> None:
    """Noted as agreed unless it was surely refused: an answer that was lost may have been a yes."""
    refused = unsure = False

    async def once() -> None:
        nonlocal refused, unsure
        try:
            if command:
                await _typed(life, number, milestone, by)
            else:
                await life.made.decisions.decide(number, Approval(milestone=milestone, by=by))
        except RefusedError:
            refused = True
            raise
        except Exception:
            unsure = True
            raise

    await life.attempt(f"{number}: {milestone} approved by {by!r}{' at the command' * command}", once)
    if unsure or not refused:
        life.told.agreed.setdefault(number, set()).add(who)


async def _may_not(life: Life, number: str, milestone: str, by: str) -> None:
    try:
        await life.persist(lambda: _typed(life, number, milestone, by))
    except RefusedError as error:
        life.told.done.append(f"{number}: {milestone} approved by {by!r}: refused, {error.reason}")
        life.told.not_agreed += 1
    else:
        life.told.wrong.append(f"{number}: {by!r} approved {milestone}, and may not")


async def _typed(life: Life, number: str, milestone: str, by: str) -> None:
    """The real command. Raises RefusedError for status 2; what is away (1) is tried again."""
    said = await starter("approve", number, milestone, "--by", by, env=life.world.stage.env)
    if said.status == 2:
        raise RefusedError(said.err.strip())
    if said.status:
        raise httpx2.ConnectError(said.err.strip())


def unapproved(seen: Seen) -> Iterator[str]:
    """No deletion in the panel's books without the people whom one of the policies asks for."""
    for change in seen.panel.journal:
        if change.user not in seen.life.users or change.after != "deleted":
            continue
        named = [number for number in seen.cases if f"dun:{number}" in change.tag.split()]
        if not any(_people(seen, number) >= _asked(seen, number) for number in named or seen.cases):
            yield f"{change.user} was deleted ({change.tag}), and {seen.life.told.agreed or 'nobody'} agreed"


def counted_twice(seen: Seen) -> Iterator[str]:
    """Who counts for a case is somebody who may, and once."""
    for number, case in seen.cases.items():
        times = Counter((each.milestone, _who(each.by)) for each in case.approvals)
        for (milestone, who), count in times.items():
            if count > 1 or who not in PEOPLE:
                yield f"{number}: {who or 'a blank'} counts {count} times for {milestone}"


def deleted_by_two(seen: Seen) -> int:
    """Deletions that took two people, so that a run shows that they come about."""
    users = {change.user for change in seen.panel.journal if change.after == "deleted"} & {*seen.life.users}
    two = [number for number in seen.cases if _asked(seen, number) > 1 and _people(seen, number) > 1]
    return len(users) if two else 0


def _people(seen: Seen, number: str) -> int:
    return len(seen.life.told.agreed.get(number, ()))


def _asked(seen: Seen, number: str) -> int:
    case = seen.cases[number]
    if FREE in {each.policy for each in (case.plan, *case.replans)}:
        return 0
    return 2 if seen.drawn(number).by_two else 1


def _who(name: str) -> str:
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKC", name).lower())

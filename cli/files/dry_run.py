"""`start --dry-run`: what a file would do, to whom and when, in words or as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from dunning.calendar import local
from dunning.explain.temporal_ui import clock
from dunning.explain.words import what_is_read
from dunning.level import Level
from dunning.rules.upcoming import Coming
from operations.invoices.dry_run import Would, WouldOpen


def words(found: Iterable[WouldOpen]) -> Iterator[str]:
    """A line for each invoice, and one for each of its first steps."""
    for each in found:
        differs = f"; differs: {', '.join(each.differs)}" if each.differs else ""
        yield f"{each.invoice} ({each.account}): {each.would}{differs}"
        yield from (f"  {remark}" for remark in remarks(each))
        for coming in each.coming if each.case else ():
            assert each.case is not None
            when = "at once" if coming in each.at_once else clock(each.case, coming.at)
            yield "  " + " · ".join(part for part in (when, coming.step.name, what_is_read(coming.step)) if part)


def remarks(each: WouldOpen) -> Iterator[str]:
    """What is to be said of an invoice that moves in from another system."""
    moved = each.case.moved_in if each.case else None
    if each.case is None or moved is None:
        return
    sent = [done.step for done in each.case.done if done.kind == "elsewhere"]
    yield f"moves in with notices until {moved.until}; done there: {', '.join(sent) or 'nothing of this policy'}"
    if moved.level is not Level.ACTIVE:
        yield f"what its panel shows as {moved.level.value} is held for it from now on: paying gives it back"
    else:
        yield "what its panel shows as suspended stays as it is, also when it is paid: --level suspended takes it over"


def summary(found: Iterable[WouldOpen], bad: int) -> str:
    """How many of each, and what would happen at once."""
    all_ = list(found)
    counts = Counter(each.would for each in all_)
    soon = Counter(coming.step.name for each in all_ for coming in each.at_once)
    told = ", ".join(f"{count} {name}" for name, count in sorted(soon.items())) or "nothing"
    each_one = ", ".join(f"{counts[would]} {would}" for would in get_args(Would))
    return f"Nothing was written: {each_one}, {bad} bad; at once would come: {told}"


def plain(found: Iterable[WouldOpen]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "line": each.place,
            "invoice": each.invoice,
            "account": each.account,
            "would": each.would,
            "differs": list(each.differs),
            "moved_in": list(remarks(each)),
            "steps": [_step(each, coming) for coming in each.coming],
        }
        for each in found
    ]


def _step(each: WouldOpen, coming: Coming) -> dict[str, Any]:
    assert each.case is not None
    return {
        "step": coming.step.name,
        "action": coming.step.action.value,
        "notice": coming.step.notice or None,
        "at": local(coming.at, each.case.plan.zone).isoformat(),
        "at_once": coming in each.at_once,
    }

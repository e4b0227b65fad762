"""Cards that end before the next charge: told of once a card and day, while it is charged, and not charged over."""

from datetime import date, timedelta

from adapters.templates.locale import writing
from dunning.calendar import local
from dunning.case.case import Attempted, Case
from dunning.records.mail import NoticeCopy
from tests.chaos.exempt import BEFORE_ALL
from tests.chaos.on_file import OnFile
from tests.chaos.seen import CARD_TITLE, Seen

EARLY, LATE = timedelta(days=30), timedelta(days=7)
"""Before the end of a card: the days on which the policies have its owner told."""


def cards(seen: Seen) -> list[str]:
    """Everything that is wrong with what was told and done about cards that end."""
    return [*_told(seen), *_told_of_old_ones(seen), *_charged_when_over(seen)]


def _told(seen: Seen) -> list[str]:
    """Once in the month before its end, once in the week before it or later, and of no other card.

    An account that was merged meanwhile has another name, and may be told under both.
    """
    found, most = list[str](), 2 if seen.life.told.merged else 1
    copies, ends = _notices(seen), {change.ends for change in seen.life.told.cards.changes if change.ends}
    named = {end: [copy for copy in copies if _names(copy, end)] for end in ends}
    for end, about in named.items():
        days = sorted(copy.at.date() for copy in about)
        late = [day for day in days if day >= end - LATE]
        if days and days[0] < end - EARLY:
            found.append(f"of the card that ends on {end} its owner was told on {days[0]} already")
        if len(late) > most or len(days) - len(late) > most:
            found.append(f"of the card that ends on {end} its owner was told on {', '.join(map(str, days))}")
    strange = len(copies) - sum(map(len, named.values()))
    return [*found, *([f"{strange} notices are about a card that the account never had"] if strange else [])]


def _told_of_old_ones(seen: Seen) -> list[str]:
    """Not once another card is charged: the gateway is asked before each notice."""
    changes, found = seen.life.told.cards.changes, list[str]()
    for place, change in enumerate(changes[:-1]):
        later = changes[place + 1 :]
        if change.ends is None or change.ends in [each.ends for each in later]:
            continue
        late = [copy for copy in _notices(seen) if _names(copy, change.ends) and copy.at > later[0].after]
        found += [f"{copy.id} is about a card that was replaced on {later[0].after}" for copy in late]
    return found


def _charged_when_over(seen: Seen) -> list[str]:
    asked = {(charge.invoice, charge.step) for charge in seen.payments.of(*seen.life.names) if charge.key}
    return [
        f"{number}: {attempt.step} tried on {attempt.began} a card that was over"
        for number, case in seen.cases.items()
        for attempt in case.attempts
        if (number, attempt.step) in asked and attempt.kind != "no_method"
        if _surely_over(seen.life.told.cards, number, case, attempt)
    ]


def _surely_over(on_file: OnFile, number: str, case: Case, attempt: Attempted) -> bool:
    day = local(attempt.began, case.plan.zone).date()
    if on_file.unsure and attempt.began >= on_file.unsure.get(number, BEFORE_ALL):
        return False
    for place, change in enumerate(on_file.changes):
        following = on_file.changes[place + 1 : place + 2]
        ended = not following or attempt.began < following[0].before.get(number, BEFORE_ALL)
        if change.after < attempt.began and ended and change.ends and change.ends < day:
            return True
    return False


def _notices(seen: Seen) -> list[NoticeCopy]:
    """Of the account's own; one that belongs to an invoice says why that was not charged."""
    caught = {mail.message_id for mail in seen.mails}
    return [c for c in seen.notices if c.content.subject == CARD_TITLE and not c.invoice and c.message_id in caught]


def _names(copy: NoticeCopy, ends: date) -> bool:
    return writing("en_US", "UTC", "").day(ends) in " ".join(copy.content.text.split())

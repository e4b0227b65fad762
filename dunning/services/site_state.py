"""What a customer's own site has to know of its level: whom it shows what, and what it refuses.

Warned: owners and administrators see a message, everybody else the normal pages (S4-04, S4-07). Locked: login and
registration are refused, and pages still display (S4-08). From suspended upwards the site does not display in a normal
manner (S4-09). The way to pay is never part of the site, so no level closes it (S4-15).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from dunning.holds import Hold
from dunning.level import Level, strictest
from dunning.services.hold_reasons import Category, Contacts, Remaining, categories, category, remaining
from dunning.wire import Instant, Wire

SHOWN_TO = ("owners", "admins")


class Rules(Wire):
    """What a level means for a site, without saying why: this much may travel anywhere."""

    level: Level
    display: Literal["normal", "suspended"]
    login: Literal["allowed", "refused"]
    registration: Literal["allowed", "refused"]
    show_to: tuple[str, ...] = ()


class Message(Wire):
    """What those in `show_to` see; visitors never do. It names no amount: the page at `pay_url` does.

    `pay_url` is the way to pay outside the site; empty when money does not help or there is no page.
    `write_to` are the addresses to write to about the other reasons.
    """

    text: str
    pay_url: str = ""
    write_to: tuple[str, ...] = ()


class SiteAccess(NamedTuple):
    """What a site needs to read its state at `state_url` with `token`, and to believe our news of it.

    `suspended_url` is the page for visitors of a suspended site. `webhook_secret` is empty where sites get no news.
    """

    service: str
    state_url: str
    token: str
    suspended_url: str
    webhook_secret: str


class SiteState(Rules):
    """The whole answer. `since` is when the strictest reason began; `reasons` are all categories that restrict it."""

    service: str
    since: Instant | None = None
    reasons: tuple[Category, ...] = ()
    message: Message | None = None


MEANS = {
    Level.WARNED: "warned",
    Level.LOCKED: "locked",
    **dict.fromkeys((Level.SUSPENDED, Level.INACTIVE, Level.DELETED), "suspended"),
}
"""Which words owners and administrators read of each level that restricts anything."""


class SiteWords(NamedTuple):
    """The words in the owner's language: sentences by their names, and why a service is restricted by its category."""

    says: Mapping[str, str]
    because: Mapping[str, str]


def rules(level: Level) -> Rules:
    """What the level means."""
    refused = "refused" if level.rank >= Level.LOCKED.rank else "allowed"
    return Rules(
        level=level,
        display="suspended" if level.rank >= Level.SUSPENDED.rank else "normal",
        login=refused,
        registration=refused,
        show_to=() if level is Level.ACTIVE else SHOWN_TO,
    )


def site_state(
    service: str,
    its: Sequence[Hold],
    pay_url: Callable[[str], str],
    contacts: Contacts,
    otherwise: str,
    *,
    words: SiteWords,
) -> SiteState:
    """The state that these holds ask for: all that restrict the service of this id, oldest first.

    `pay_url` makes an invoice's address; `otherwise` is written to about what `contacts` names nobody for.
    """
    level = strictest(hold.level for hold in its)
    ruled = rules(level)
    if level is Level.ACTIVE:
        return SiteState(service=service, **ruled.model_dump())
    unpaid = next((hold.source for hold in its if category(hold.source) is Category.NON_PAYMENT), "")
    others = remaining((hold.source for hold in its), contacts, otherwise)
    message = Message(
        text=_text(level, categories(its), others, words),
        pay_url=pay_url(unpaid) if unpaid else "",
        write_to=tuple(dict.fromkeys(each.write_to for each in others)),
    )
    since = min(hold.since for hold in its if hold.level is level)
    return SiteState(service=service, **ruled.model_dump(), since=since, reasons=categories(its), message=message)


def _text(level: Level, reasons: tuple[Category, ...], others: Sequence[Remaining], words: SiteWords) -> str:
    says = [words.says[MEANS[level]]]
    if Category.NON_PAYMENT in reasons:
        says.append(words.says["unpaid"])
        if level is Level.INACTIVE:
            says.append(words.says["inactive"])
    for each in others:
        sentence = words.says["other_read" if each.read else "other"]
        because = words.because[each.category.value]
        says.append(sentence.format(because=because, address=each.write_to, read=each.read))
    return " ".join(says)

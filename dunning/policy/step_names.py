"""The names of steps: one grammar, written and read here alone.

A name is readable text: it stands in histories, in the store's keys and in front of people.

    suspend                        a milestone of the plan
    confirm:pi_1                   a follow-up: its kind, and the id of what it is about
    suspend:told                   the notice about a step
    first-overdue:again:2          a warning that is written again, because none arrived
    suspend:again:bounced:1        a notice that is written again, because it came back
    suspend:2                      a step that comes again after it was undone
    first-overdue:undelivered      what is made for a step: a ticket, or a line in the ledger

Each kind has a fixed number of ids. A colon within one is written `%3A`, so no two steps share a name; only where
nothing can follow, the last id stands as it is. A milestone may not be called like a kind (`dunning.policy.check`).
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from dunning.policy.plan import Action
from dunning.policy.step_kinds import About, StepKind

_KINDS = {kind.value.word: kind for kind in StepKind if kind is not StepKind.MILESTONE}
RESERVED = frozenset(_KINDS)
"""What no milestone may be called."""


@dataclass(frozen=True, slots=True)
class StepName:
    """One name, taken apart. Raises ValueError for ids that do not fit its kind.

    `told`: the notice about that step. `again`: a warning written again for the so-many-th time; `bounced`: because of
    the so-many-th bounce. `turn`: 2 when the step comes for the second time.
    """

    kind: StepKind
    ids: tuple[str, ...] = ()
    told: bool = False
    again: int = 0
    bounced: int = 0
    turn: int = 1
    about: About | None = None

    def __post_init__(self) -> None:
        form, more = self.kind.value, (self.told, self.again, self.bounced, self.turn > 1, self.about)
        wrong = self.kind is StepKind.MILESTONE and (":" in self.id or self.id in RESERVED)
        if len(self.ids) != form.ids or wrong or (form.ends and any(more)):
            msg = f"no step is called {self}: its ids do not fit"
            raise ValueError(msg)

    @property
    def id(self) -> str:
        """The id of what it is about; for a milestone its name."""
        return self.ids[-1] if self.ids else ""

    @property
    def milestone(self) -> str:
        """The milestone's name; empty for what follows from facts."""
        return self.id if self.kind is StepKind.MILESTONE else ""

    @property
    def action(self) -> Action | None:
        """What the step does; None when its plan, or its facts, say that."""
        if self.about:
            return Action.TICKET
        return Action.NOTIFY if self.told or self.again or self.bounced else self.kind.value.action

    @property
    def base(self) -> "StepName":
        """The step itself, without what is told of it, written again or made for it."""
        return StepName(self.kind, self.ids)

    @property
    def subject(self) -> "StepName":
        """The notice itself, however often it was written again."""
        return replace(self, again=0, bounced=0, turn=1, about=None)

    def __str__(self) -> str:
        """As it is written down; `read` takes it apart again."""
        return ":".join(_parts(self))


def _parts(name: StepName) -> Iterator[str]:
    form = name.kind.value
    if form.word:
        yield form.word
    as_it_is = name.ids[-1:] if form.ends or not form.word else ()
    yield from map(_escaped, name.ids[: len(name.ids) - len(as_it_is)])
    yield from as_it_is
    if name.told:
        yield _TOLD
    if name.again:
        yield from (_AGAIN, str(name.again))
    if name.bounced:
        yield from (_AGAIN, _BOUNCED, str(name.bounced))
    if name.turn > 1:
        yield str(name.turn)
    if name.about:
        yield name.about.value


_TOLD, _AGAIN, _BOUNCED = "told", "again", "bounced"


@lru_cache(maxsize=16384)
def read(text: str) -> StepName:
    """A name taken apart. Raises ValueError for what is none."""
    name = _taken_apart(text)
    if str(name) != text:
        msg = f"no step is called {text}: that is written {name}"
        raise ValueError(msg)
    return name


def _taken_apart(text: str) -> StepName:
    word, _, rest = text.partition(":")
    kind = _KINDS.get(word, StepKind.MILESTONE)
    if kind.value.ends:
        *escaped, last = rest.split(":", kind.value.ids - 1)
        return StepName(kind, (*map(_plain, escaped), last) if kind.value.ids else ())
    parts = text.split(":")[1:]
    ids = tuple(map(_plain, parts[: kind.value.ids])) if kind is not StepKind.MILESTONE else (word,)
    return _with_rest(StepName(kind, ids), parts if kind is StepKind.MILESTONE else parts[kind.value.ids :])


def _with_rest(name: StepName, parts: list[str]) -> StepName:
    """In the order in which `_parts` writes it."""
    match parts:
        case []:
            return name
        case ["told", *rest]:
            return _with_rest(replace(name, told=True), rest)
        case ["again", "bounced", number, *rest]:
            return _with_rest(replace(name, bounced=int(number)), rest)
        case ["again", number, *rest]:
            return _with_rest(replace(name, again=int(number)), rest)
        case [number, *rest] if number.isascii() and number.isdecimal():
            return _with_rest(replace(name, turn=int(number)), rest)
        case [about]:
            return replace(name, about=About(about))
        case _:
            msg = f"no step is called {name}:{':'.join(parts)}"
            raise ValueError(msg)


def _escaped(given: str) -> str:
    return given.replace("%", "%25").replace(":", "%3A")


def _plain(written: str) -> str:
    return written.replace("%3A", ":").replace("%25", "%")


@lru_cache(maxsize=16384, typed=True)
def step(kind: StepKind, *ids: Hashable) -> str:
    """The name of a follow-up."""
    return str(StepName(kind, tuple(map(str, ids))))


@lru_cache(maxsize=16384)
def told(name: str) -> str:
    """The name of the notice about that step."""
    return str(replace(read(name), told=True))


@lru_cache(maxsize=16384)
def in_turn(name: str, turn: int) -> str:
    """The name of a step that comes for the so-many-th time."""
    return str(replace(read(name), turn=turn))


def without_turn(name: str) -> str:
    """The name of a step, however often it came; what is no name stays as it is."""
    try:
        return in_turn(name, 1)
    except ValueError:
        return name


@lru_cache(maxsize=16384)
def made_for(name: str, about: About) -> str:
    """The name of what is made for that step."""
    return str(replace(read(name), about=about))


def key(invoice: str, name: str) -> str:
    """What an order is known by in the store, and at the companies: `<invoice>:<step>`. The invoice may be empty."""
    return f"{invoice}:{name}"


def charge_key(invoice: str, name: str, attempt: int = 1) -> str:
    """The key of one attempt at a charge: `<invoice>:<step>:<attempt>`, the attempt counted from 1."""
    return f"{key(invoice, name)}:{attempt}"


def step_of(key_: str) -> str:
    """The step of such a key."""
    return key_.partition(":")[2]


def notice_id(key_: str, rank: int) -> str:
    """The id of the copy of an order's notice that goes to the contact of that rank."""
    return f"{key_}:{rank}"


def key_of_notice(notice: str) -> str:
    """The key of the order that a notice was written for, by the id of its copy."""
    return notice.rpartition(":")[0]

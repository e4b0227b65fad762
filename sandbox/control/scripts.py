"""Failures on demand: what a company shall do the next times somebody is concerned.

A behaviour is words joined by colons, and what stands first happens first: `decline:card_declined` declines;
`hold:ok` waits for the release and then moves the money; `ok:hold` moves the money and lets the answer wait.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Self

from pydantic import BaseModel


class Held(BaseModel):
    """One call that waits for its release. `what` is the charge's key, the panel's verb or the Message-ID."""

    who: str
    what: str


@dataclass(frozen=True)
class Behaviour:
    """One parsed behaviour, e.g. `hold:decline:card_declined`."""

    word: str = "ok"
    argument: str = ""
    hold_before: bool = False
    hold_after: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Plain `hold` is short for `hold:ok`."""
        act = text.removeprefix("hold").removesuffix(":hold").strip(":")
        word, _, argument = act.partition(":")
        return cls(word or "ok", argument, hold_before=text.startswith("hold"), hold_after=text.endswith(":hold"))


@dataclass
class _Script:
    behaviour: Behaviour
    times: int | None


@dataclass
class _Waiting:
    held: Held
    gate: asyncio.Event = field(default_factory=asyncio.Event)


class Scripts:
    """The queue of behaviours per `who` (an account, a user, a recipient), and what waits for its release."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._queues: dict[str, list[_Script]] = {}
        self._waiting: list[_Waiting] = []

    def add(self, who: str, text: str, times: int | None = 1) -> None:
        """Queue a behaviour `times` times, or until it is forgotten when None. Raises ValueError if not known."""
        behaviour = Behaviour.parse(text)
        if behaviour.word not in self._words:
            msg = f"no behaviour {text!r} here; known are {', '.join(sorted(self._words))}, each with `hold` around it"
            raise ValueError(msg)
        self._queues.setdefault(who, []).append(_Script(behaviour, times))

    def take(self, who: str, words: frozenset[str]) -> Behaviour:
        """Use up the first queued behaviour whose word is among `words`; plain `ok` when there is none."""
        queue = self._queues.get(who, [])
        for script in queue:
            if script.behaviour.word in words:
                if script.times is not None:
                    script.times -= 1
                    if script.times <= 0:
                        queue.remove(script)
                return script.behaviour
        return Behaviour()

    async def hold(self, who: str, what: str) -> None:
        """Wait until somebody releases `who`."""
        waiting = _Waiting(Held(who=who, what=what))
        self._waiting.append(waiting)
        try:
            await waiting.gate.wait()
        finally:
            self._waiting.remove(waiting)

    def held(self) -> list[Held]:
        """What waits now, longest first."""
        return [waiting.held for waiting in self._waiting if not waiting.gate.is_set()]

    def release(self, who: str | None = None) -> int:
        """Let everything of `who` (of everybody when None) go on; how many that were."""
        going = [w for w in self._waiting if who in (None, w.held.who) and not w.gate.is_set()]
        for waiting in going:
            waiting.gate.set()
        return len(going)

    def forget(self, who: str | None = None) -> None:
        """Drop the scripts of `who` (of everybody when None) and release what they hold."""
        for name in [who] if who is not None else list(self._queues):
            self._queues.pop(name, None)
        self.release(who)

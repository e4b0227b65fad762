"""Fences, as the store keeps them: the newest order of each case, and the generations of its lives."""

from typing import Protocol

from dunning.case.fence import Fence


class OvertakenError(Exception):
    """A newer order of the case has written, so this one wrote nothing.

    `generation` is a new one, for the life that hears this: see `dunning.case.results.Overtaken`.
    """

    def __init__(self, fence: Fence, generation: int) -> None:
        super().__init__(f"{fence.invoice}: a newer order than {fence.generation}.{fence.number} has written")
        self.generation = generation


class SettledError(Exception):
    """The newest order of a case would restrict an account for an invoice that the store has as paid or closed.

    Case and store contradict each other, so nothing is done to the customer, and a person has to look.
    """


class MovedError(Exception):
    """The account of the order's invoice was merged into another one, or what the invoice pays for was named then.

    The order wrote nothing; tried again, it names what is right (`activities.owners`).
    """

    def __init__(self, invoice: str) -> None:
        super().__init__(f"{invoice}: its account was merged meanwhile; the order is tried again for the other one")


class Generations(Protocol):
    """The numbers of a case's lives."""

    async def new_generation(self, number: str) -> int:
        """Issue the generation of a life that begins, higher than all before. Raises LookupError: never opened."""
        ...

"""Fencing: a hand that acts on an old order changes nothing that lasts (docs/architecture.md, Fencing)."""

from typing import NamedTuple


class Fence(NamedTuple):
    """Whose order it is, and how new: the store refuses what an order writes once a newer one of that case wrote.

    `generation` is issued by the store each time a life of the case begins, and only grows for an invoice. `number`
    only grows within a life: it is the case's revision when the order was given, so that two orders have the same one
    only when nothing happened between them. No clock and no id of Temporal's has a part in it.
    """

    invoice: str
    generation: int
    number: int

"""Outages: the one kind of error that passes by itself, so that Temporal, portal and people try again.

A refusal of a call is none: it ends when a person mends something.
"""


class OutageError(Exception):
    """The other side could not be reached or is broken: nothing is known to have happened; try again later."""


class GatewayRefusedError(Exception):
    """The payment company refuses a call as malformed: our mistake, never the customer's. Repeating it is of no use.

    The text says what to mend. `for_all`: it refuses every call, because the key is wrong; else only this one.
    """

    def __init__(self, text: str, *, for_all: bool = False) -> None:
        super().__init__(text)
        self.for_all = for_all


class StoreOutageError(OutageError):
    """No connection to the store or a lost one, a lock, a full disk. Its text is for people, and names no row."""


class StoreAwayError(StoreOutageError):
    """No connection to the store, or a lost one: it may be back in a moment, so the store itself waits for that first.

    What was asked for is done wholly or not at all, and nobody knows which: it has to be safe to repeat.
    """


PATIENCE = 10.0
"""Seconds that a command, a page or a webhook waits for a store or for Temporal that is away, if no setting says."""

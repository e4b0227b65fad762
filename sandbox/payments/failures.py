"""The words that make the gateway fail, and where each of them acts.

On confirming a PaymentIntent: `ok`, `decline:<decline code>`, `pending`, `timeout_after` (the money moves, the
connection drops), `timeout_before` (it drops, nothing happened), `429`, `500` (nothing happened), `500:stored` (the
money moves, and the 500 is the stored answer of the key), `500:stored:unpaid` (the same without money), `refuse:<code>`
(the request is called malformed, and nothing happened); any with
`hold:` before or `:hold` behind. On reading a customer before a charge: `no_method`. On refunds: `refund:<code>`,
`refund:500`, `refund:timeout_after`. On the events of one act: `webhook:lost`, `webhook:doubled`,
`webhook:late:<seconds>`, `webhook:swapped` (sent after the next act's).
"""

import random  # noqa: TID251 - failures by chance are what it is for

from sandbox.control.scripts import Behaviour, Scripts

CONFIRM = frozenset({"ok", "decline", "pending", "timeout_after", "timeout_before", "429", "500", "refuse"})
REFUND = frozenset({"refund"})
EVENTS = frozenset({"webhook"})
_NO_METHOD = frozenset({"no_method"})


class PaymentScripts(Scripts):
    """Scripts per account."""

    def __init__(self) -> None:
        super().__init__(CONFIRM | REFUND | EVENTS | _NO_METHOD)
        self._share = 0.0
        self._chance = random.Random(0)  # noqa: S311 - no secret

    def take_no_method(self, account: str) -> Behaviour | None:
        """Use up `no_method` if it is the next word for a charge."""
        words = (script.behaviour.word for script in self._queues.get(account, []))
        if next((word for word in words if word in CONFIRM | _NO_METHOD), "") not in _NO_METHOD:
            return None
        return self.take(account, _NO_METHOD)

    def drop(self, share: float, seed: int) -> None:
        """From now on, that share of the answers to confirmed PaymentIntents is lost."""
        self._share = share
        self._chance = random.Random(seed)  # noqa: S311 - no secret

    def drops(self) -> bool:
        """Whether the next one is lost."""
        return self._chance.random() < self._share

"""The words for how things end: a step, a charge attempt, what somebody told a case, and the case itself."""

from typing import Literal

Ended = Literal[
    "charged", "declined", "no_method", "refunded", "delivered", "undelivered", "bounced", "restricted", "loosened",
    "reinstated", "deleted", "not_ours", "noted", "credited", "skipped", "looked", "elsewhere",
]  # fmt: skip
"""How a step ended: the kind of its result, `bounced` when its notice came back later, or `elsewhere`, before us."""
AttemptWord = Literal["charged", "pending", "declined", "unknown", "no_method"]
"""The latest word on a charge attempt."""
Ending = Literal["", "paid", "waived", "void", "renewed", "deleted"]
"""How a case ended; empty while it goes on."""
PaymentOutcome = Literal["applied", "credited", "refunded", "parked", "already counted"]
"""What became of money that somebody told a case of."""
DecisionOutcome = Literal[
    "promised",
    "waived",
    "approved",
    "voided",
    "changed",
    "undone",
    "already undone",
    "nothing to undo",
    "asked for",
    "tried again",
    "left out",
    "exempted",
    "exemption ended",
    "moved",
    "replanned",
]
"""What became of a person's decision about a case."""
AnswerOutcome = PaymentOutcome | DecisionOutcome
"""What the caller of an update hears."""

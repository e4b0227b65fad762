"""The words for a case's state: what facts make of it, and what time adds for whoever reads."""

from typing import Literal

State = Literal["scheduled", "open", "in-transit", "lapsed", "paid", "waived", "void", "renewed", "deleted"]
"""What the facts of a case make of it (`dunning.case.state`)."""
StateAt = State | Literal["promised", "overdue", "awaiting-approval"]
"""The same as of an instant (`dunning.rules.state_at`)."""
StateInTable = StateAt | Literal["dead"]
"""The same as the table of open cases has it; `dead`: the server ended the case before its time."""

"""How large a case has become: it travels as one message, and the server refuses what is larger than 2 MB."""

from dunning.case.case import Case

LARGE = 1_000_000
"""Bytes from which a person should know of it."""
FULL = 1_500_000
"""Bytes from which no further part payment is taken. What is left is for what nobody can refuse, and for its end."""
FEW = 500
"""Lines of ledger and story. Fewer are not worth counting."""
_LINE = 150
"""Bytes of a line beside its texts: names of fields, an instant, an amount."""


def size(case: Case) -> int:
    """About so many bytes as a message; 0 for a case with few lines. It is counted, because encoding takes long."""
    told = (case.entries, case.done, case.attempts, case.deferrals, case.unreadable, case.bounces)
    if sum(len(each) for each in told) < FEW:
        return 0
    return sum(
        _LINE + sum(len(text) for text in vars(line).values() if isinstance(text, str))
        for each in told
        for line in each
    )

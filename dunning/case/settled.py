"""When nothing was owed for the last time: what was announced before that warns of nothing any more."""

from dunning.case.ledger import SIGN, TAKEN_BACK, Entry, Kind

_VOIDS = (Kind.VOID, Kind.UNVOIDED)


def last_settled(entries: tuple[Entry, ...]) -> int:
    """After how many of the lines nothing was owed for the last time; 0 when something always was.

    Each line counts from when it stands here, whatever it is about: `balance` of each beginning, in one pass. A void
    pays for nothing.
    """
    owed, found, payments, taken = 0, 0, set[str](), dict[str, Entry]()
    waiting: dict[str, list[Entry]] = {}
    for place, entry in enumerate(entries, start=1):
        now = [entry]
        while now:
            each = now.pop()
            needed = _waits_for(each, payments, taken)
            if needed:
                waiting.setdefault(needed, []).append(each)
                continue
            owed += 0 if each.kind in _VOIDS else SIGN[each.kind] * each.amount.minor
            if each.kind is Kind.PAYMENT:
                payments.add(each.id)
                now += waiting.pop(f"payment {each.id}", [])
            elif each.kind in TAKEN_BACK:
                taken[each.id] = each
                now += waiting.pop(f"reversal {each.id}", [])
        found = place if owed <= 0 else found
    return found


def _waits_for(entry: Entry, payments: set[str], taken: dict[str, Entry]) -> str:
    if entry.kind in TAKEN_BACK and entry.of not in payments:
        return f"payment {entry.of}"
    if entry.kind is Kind.RESTORED and entry.of not in taken:
        return f"reversal {entry.of}"
    return ""

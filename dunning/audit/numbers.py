"""Many numbers in few words: `5,7-9`."""

import re
from collections.abc import Iterable

_LIST = re.compile(r"[1-9][0-9]{0,17}(-[1-9][0-9]{0,17})?(,[1-9][0-9]{0,17}(-[1-9][0-9]{0,17})?)*")


def short(numbers: Iterable[int]) -> str:
    """Ascending, each once, neighbours together."""
    parts = list[list[int]]()
    for each in sorted({*numbers}):
        if parts and parts[-1][1] == each - 1:
            parts[-1][1] = each
        else:
            parts.append([each, each])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in parts)


def listed(text: str) -> tuple[range, ...]:
    """What `short` made; as ranges, so that few words stay few. Raises ValueError for anything else."""
    if not _LIST.fullmatch(text):
        msg = f"{text[:40]!r} is no list of numbers like 5,7-9"
        raise ValueError(msg)
    ends = (part.partition("-") for part in text.split(","))
    return tuple(range(int(first), int(last or first) + 1) for first, _, last in ends)

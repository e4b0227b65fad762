"""Tables with a limit and a verdict, printed as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Report:
    """What is printed; `broken` holds the limits that were not kept."""

    broken: list[str] = field(default_factory=list[str])

    def title(self, text: str) -> None:
        """Begin a section."""
        print(f"\n{text}\n{'-' * len(text)}")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """The first column is text, the others are aligned to the right."""
        lines = [[str(cell) for cell in row] for row in (head, *rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for first, *others in lines:
            cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            print("  ".join([first.ljust(widths[0]), *cells]).rstrip(), flush=True)

    def line(self, text: str) -> None:
        """A remark."""
        print(text, flush=True)

    def at_most(self, what: str, value: float, limit: float) -> str:
        """The verdict for a table."""
        return self._judge(what, value, "<=", limit, kept=value <= limit)

    def at_least(self, what: str, value: float, limit: float) -> str:
        """The verdict for a table."""
        return self._judge(what, value, ">=", limit, kept=value >= limit)

    def _judge(self, what: str, value: float, sign: str, limit: float, *, kept: bool) -> str:
        if not kept:
            self.broken.append(f"{what}: {value:g}, but the limit is {sign} {limit:g}")
        return "ok" if kept else "BROKEN"

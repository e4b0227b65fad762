"""The table of open cases: for people and programs that look, never for a rule or a consequence."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from dunning.records.open_case import OpenCase

Other = Callable[[OpenCase], OpenCase | None]
"""From the row that there is, the one to write instead; None: that one knows it all."""


class NotesOpenCases(Protocol):
    """Whoever has just seen a case as it is now."""

    def note(self, row: OpenCase, other: Other | None = None) -> None:
        """Write the row soon, unless there is one of the same or a higher revision, or the case is closed since.

        Who knows a fact that such a row may lack gives `other`: it is asked for the row of both, from the one there is.
        Returns at once and never raises: it must not hold up or fail what it is told of. What cannot be written is in
        the log, and the hourly check finds it.
        """
        ...


class OpenSnapshots(Protocol):
    """The table, for whoever plays cases forward."""

    async def open_snapshots(self, until: datetime, *, account: str = "", policy: str = "") -> tuple[OpenCase, ...]:
        """The rows by number; an empty filter means any.

        With a snapshot come those of which something comes by `until`, or nobody knows when.
        """
        ...


class OpenCases(NotesOpenCases, Protocol):
    """The whole table."""

    async def put_open(self, rows: Sequence[tuple[OpenCase, int]]) -> None:
        """Write rows that were asked of the cases themselves, each with the revision of the row that was found wrong.

        That one is replaced, and any of no higher revision; who wrote a higher one meanwhile knows more.
        """
        ...

    async def open_cases(
        self, now: datetime, *, account: str = "", policy: str = "", sort: str = "number", descending: bool = False
    ) -> tuple[OpenCase, ...]:
        """The rows, sorted by that column, then by number; an empty filter means any.

        With a snapshot come only those whose next step's time has come by `now`: time has changed no others. Raises
        ValueError for a column that there is not.
        """
        ...

    async def open_case(self, number: str) -> OpenCase | None:
        """One row with its snapshot."""
        ...

    async def note_deaths(self, died: Sequence[tuple[OpenCase, str]]) -> None:
        """Write into these rows how the server ended their cases before their time; what was written since stays."""
        ...

    async def forget_open(self, rows: Sequence[OpenCase]) -> None:
        """Take out rows of cases that do not run, where their books are closed; what was written since stays."""
        ...

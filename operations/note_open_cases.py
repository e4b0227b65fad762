"""Noting in the table of open cases what an operation has just seen of a case. It never fails what it is told of."""

import logging
from collections.abc import Callable
from datetime import datetime

from dunning.case.case import Case, Opened, open_case
from dunning.case.facts import Answer
from dunning.case.snapshot import unpacked
from dunning.explain.open_cases import row_of
from dunning.ports.open_cases import NotesOpenCases

log = logging.getLogger("reprieve.operations")


class NoteOpenCases:
    """`clock` is the wall's."""

    def __init__(self, table: Callable[[], NotesOpenCases], clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock

    def opened(self, opened: Opened) -> None:
        """A case was started."""
        self._note(open_case(opened, self._clock()))

    def answered(self, answer: Answer) -> None:
        """A case answered to what it was told."""
        if not answer.snapshot:  # too long, or the answer of an earlier run
            return
        try:
            case = unpacked(answer.snapshot)
        except ValueError:  # of another version of ours
            log.warning("an answer's snapshot cannot be read; the hourly check writes its row")
            return
        self._note(case)

    def _note(self, case: Case) -> None:
        row = row_of(case, self._clock())
        if row:  # a case that is over leaves the table with its books
            self._table().note(row)

"""Noting in the table of open cases what an operation has just seen of a case. It never fails what it is told of."""

import logging
from collections.abc import Callable
from datetime import datetime

from dunning.case.case import Case, Opened, open_case
from dunning.case.facts import Answer
from dunning.case.snapshot import unpacked
from dunning.explain.open_cases import row_of
from dunning.ports.cases import SIGNALS, Signal
from dunning.ports.open_cases import NotesOpenCases
from dunning.rules.signals import READERS
from dunning.rules.signed import signed

log = logging.getLogger("reprieve.operations")


class NoteOpenCases:
    """`clock` is the wall's."""

    def __init__(self, table: Callable[[], NotesOpenCases], clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock

    def opened(self, opened: Opened) -> None:
        """A case was started. Whatever else is known of it is newer."""
        self._note(lambda: open_case(opened, self._clock()), wins=False)

    def answered(self, answer: Answer) -> None:
        """A case answered to what it was told."""
        if answer.snapshot:  # it was not too long
            self._note(lambda: unpacked(answer.snapshot))

    def asked(self, case: Case) -> None:
        """A case was asked, because what it was told has no answer."""
        self._note(lambda: case)

    def goes_on(self, case: Case, signal: Signal) -> None:
        """A closed case was started again with a signal; the row of one that was running already knows more."""
        now, reader = self._clock(), READERS[SIGNALS[type(signal)]]
        self._note(lambda: signed(case, reader.record(case, signal, now), signal, now))

    def _note(self, seen: Callable[[], Case], *, wins: bool = True) -> None:
        """What the case itself says wins over what an activity expected of it: two facts may have one revision then."""
        try:
            row = row_of(seen(), self._clock())
            if row:  # a case that is over leaves the table with its books
                self._table().note(
                    row, (lambda there: row if there.revision == row.revision else None) if wins else None
                )
        except Exception as error:  # noqa: BLE001 - what was told to the case has happened, whatever is wrong here
            log.warning("no row for the table of open cases (%s); the hourly check writes it", type(error).__name__)

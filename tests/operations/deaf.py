"""Cases that do not answer: each question ends in the same error, as when no worker is up."""

from adapters.temporal.cases import TemporalCases
from dunning.case.case import Case


class Deaf(TemporalCases):
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def ask(self, invoice: str) -> Case:
        del invoice
        raise self._error

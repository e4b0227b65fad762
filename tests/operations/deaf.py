"""Cases that do not answer: whatever is asked or told ends in the same error, as when nobody is there."""

from temporalio.client import Client

from adapters.temporal.cases import TemporalCases
from dunning.ports.outages import OutageError


class Deaf(TemporalCases):
    def __init__(self, error: Exception) -> None:
        def nobody() -> Client:
            raise error

        super().__init__(nobody, "no queue")


NOBODY = Deaf(OutageError("nobody is there"))
"""For who speaks to no case."""

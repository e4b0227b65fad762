"""Whether what a case is told was signed by portal or command line: here are the secrets."""

from collections.abc import Sequence

from temporalio import activity

from dunning.signatures import Said, Trust, is_signed


class CheckFact:
    """`ring`: the secrets, each of which is good. `accepts`: nobody but us reaches Temporal, so all is believed."""

    def __init__(self, ring: Sequence[str], *, accepts: bool = False) -> None:
        self._ring = ring
        self._accepts = accepts

    @activity.defn(name="check_fact")
    async def check_fact(self, said: Said) -> Trust:
        """For signals."""
        return self.check(said)

    def check(self, said: Said) -> Trust:
        """At once, for whoever cannot wait."""
        if is_signed(self._ring, said):
            return "signed"
        return "open" if self._accepts else "unsigned"

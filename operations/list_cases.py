"""Listing the cases that are running, or that ended and are still kept by Temporal."""

from collections.abc import AsyncIterator

from pydantic import ValidationError

from dunning.ports.cases import Cases, Listed, Wanted
from operations.errors import RefusedError


class ListCases:
    """As of each case's last step."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    def of(self, *, state: str = "", account: str = "", policy: str = "", ended: bool = False) -> AsyncIterator[Listed]:
        """The cases with all of these values, one at a time; an empty one means any. `ended`: closed ones, too.

        Raises RefusedError for a value that none can have, and OutageError, also while it goes on.
        """
        try:
            wanted = Wanted(state=state, account=account, policy=policy, ended=ended)
        except ValidationError as error:
            wrong = error.errors()[0]
            value, field = wrong["input"], str(wrong["loc"][0])
            raise RefusedError(
                f"{value!r} is not one: letters, digits, dots, dashes and underscores", field=field
            ) from None
        return self._cases.listed(wanted)

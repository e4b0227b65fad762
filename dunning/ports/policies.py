"""The policies that an operator keeps."""

from typing import Protocol

from dunning.policy.file import Policy


class PolicyFiles(Protocol):
    """Policies by their names."""

    def names(self) -> list[str]:
        """Those that are there, usable or not."""
        ...

    def load(self, name: str) -> Policy:
        """The policy of that name, or of a file elsewhere. Raises PolicyError with every finding."""
        ...

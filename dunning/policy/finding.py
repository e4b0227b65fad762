"""What a check of a policy finds."""

from typing import NamedTuple


class Finding(NamedTuple):
    """Something wrong. `key` is the place in the file, such as `milestones[3].offset`."""

    key: str
    reason: str

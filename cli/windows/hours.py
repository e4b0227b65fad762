"""Hours and zones as people type them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cli.shell.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORM = "%Y-%m-%d %H:%M"


def read_hour(text: str, zone: str, option: str) -> datetime:
    """The instant (UTC) of what was typed at that option, such as `2026-12-01 21:00` in that zone."""
    from dunning.calendar import instant

    check_zones((zone,), "--zone")
    try:
        local = datetime.strptime(text.strip(), _FORM)  # noqa: DTZ007 - in the zone that is said
    except ValueError:
        raise BadInputError(f'{option}: {text!r} is not a time; write it like "2026-12-01 21:00"') from None
    try:
        return instant(local.date(), local.time(), zone)
    except OverflowError:
        raise BadInputError(f"{option}: {text!r} is too far away") from None


def check_zones(zones: Iterable[str], option: str) -> None:
    """Raises BadInputError for one that there is not."""
    for zone in zones:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInputError(
                f"{option}: there is no time zone {zone!r}; write it like America/Los_Angeles"
            ) from None

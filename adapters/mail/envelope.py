"""Envelope senders of our mails, one each (VERP): a report of a mail has to come back to that mail's own address.

https://www.rfc-editor.org/rfc/rfc5321#section-4.4 lets whoever receives a mail see its envelope sender, so it proves
only that somebody saw this mail: `dunning.notices.came_back` says what else has to be so.
"""

import re

from adapters.ring import Ring, same

_OURS = re.compile(r"<([0-9a-f]{32})@(.+)>")
_TAG = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})")


class Envelopes:
    """`bounces` is the address that mail comes back to; `domain` that of our Message-IDs.

    Without a `ring` of secrets all mails have the one sender, and nobody's report is believed.
    """

    def __init__(self, bounces: str, domain: str, ring: Ring | None) -> None:
        self._bounces = bounces
        self._local, _, self._at = bounces.rpartition("@")
        self._domain = domain
        self._ring = ring

    def sender(self, message_id: str) -> str:
        """The address that a mail with that Message-ID is sent from."""
        found = _OURS.fullmatch(message_id)
        if self._ring is None or found is None or found[2] != self._domain:
            return self._bounces
        return f"{self._local}+{found[1]}-{_short(self._ring.code(_signed(found[1])))}@{self._at}"

    def message_id(self, recipient: str) -> str:
        """The Message-ID of the mail whose own address that is; empty for any other."""
        local, _, at = recipient.lower().rpartition("@")
        name, _, tag = local.partition("+")
        found = _TAG.fullmatch(tag)
        if self._ring is None or found is None or (name, at) != (self._local.lower(), self._at.lower()):
            return ""
        ours = [same(_short(each), found[2]) for each in self._ring.codes(_signed(found[1]))]
        return f"<{found[1]}@{self._domain}>" if any(ours) else ""


def _signed(local: str) -> str:
    return f"bounce:{local}"


def _short(code: bytes) -> str:
    return code.hex()[:16]


def untagged(address: str) -> str:
    """The address without what follows a plus, in small letters."""
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"

"""Outages: the one kind of error that passes by itself, so that Temporal, portal and people try again."""


class OutageError(Exception):
    """The other side could not be reached or is broken: nothing is known to have happened; try again later."""


class StoreOutageError(OutageError):
    """No connection to the store or a lost one, a lock, a full disk. Its text is for people, and names no row."""

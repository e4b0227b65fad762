"""Which errors mean that the other side is away, so that the same thing is tried again later."""

from dunning.ports.outages import OutageError

OUTAGES = (OutageError, OSError)
"""Temporal, the gateway or the store cannot be reached or is busy; a time-out is an OSError, too.

Any other error is a fault of ours or of the message.
"""

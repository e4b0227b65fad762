"""Attempts, declines, reversals: what money does that does not simply arrive."""

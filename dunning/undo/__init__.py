"""Undoing a wrong run of ours: what it did, and how it is undone."""

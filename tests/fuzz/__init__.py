"""Fuzzing of every parser that strangers reach: `make fuzz` (CONTRIBUTING.md)."""

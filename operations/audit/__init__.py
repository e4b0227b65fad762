"""The audit log: writing to it, looking at it, erasing words, and whether it is whole (docs/audit.md)."""

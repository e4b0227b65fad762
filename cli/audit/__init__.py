"""The commands that look at the audit log."""

"""The audit log: what people decided and to whom access was given, chained by hash (docs/audit.md)."""

"""The audit log: what people decided and which doors were opened, chained by hash (docs/audit.md)."""

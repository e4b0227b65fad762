"""Commands by which staff decides: promise, waive, approve, void, undo, the breaker."""

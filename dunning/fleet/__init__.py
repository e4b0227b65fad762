"""Rules about all accounts at once: the breaker, the sweep, drift."""

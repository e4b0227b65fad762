"""What follows from the facts: decide, record, order. Each topic's own rules are in its folder below."""

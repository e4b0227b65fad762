"""What a person asks of the whole fleet: checks, the breaker, undoing a wrong run, what is due for deletion."""

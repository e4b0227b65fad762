"""Money that comes, goes back, waits as credit, or belongs to nobody we know."""

"""What adapters must fit; protocols only."""

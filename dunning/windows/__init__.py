"""Maintenance windows: times in which customers cannot pay, and what waits for them."""

"""Maintenance windows: people announce, move and cancel times in which customers cannot pay."""

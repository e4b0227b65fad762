"""Warnings and other notices, whether they arrived, and the mail that comes back."""

"""Customers and what is done to their services: accounts, merged ones, holds, effects; finding them."""

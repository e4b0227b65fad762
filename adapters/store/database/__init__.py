"""What every part of the store stands on: engine, transactions, column types, outages."""

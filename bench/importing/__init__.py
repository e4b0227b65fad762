"""A file of invoices, beside a bare loop of `start_workflow` with the same input."""

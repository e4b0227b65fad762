"""The invoices' cases as people see them: one, all, what became of them; and those that the server lost."""

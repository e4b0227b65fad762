"""What an operator writes, and the dated plan that it becomes. Nothing here knows a case."""

"""What a life costs Temporal, counted from its history."""

"""What policies may be asked before any invoice has one: plans, previews, what a rehearsal plays."""

"""Staff: who may decide what, and when several have to agree."""

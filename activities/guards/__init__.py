"""What is asked before a consequence; none of it acts."""

"""The stage: the real server and the processes around it, started and ended. What is played on it is in `story`."""

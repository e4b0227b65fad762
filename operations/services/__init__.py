"""Bringing services to what holds ask for, and proving it. Which hold is placed when is the callers' business."""

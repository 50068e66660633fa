"""Seeing an engine from another process or another host."""

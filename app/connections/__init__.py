"""Connections: one tenant each, how it is reached, what was set up there, and whether all of it still works."""

"""Shortcuts and settings files that start or fetch something."""

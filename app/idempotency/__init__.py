"""Requests that are sent again, and answered again instead of done again."""

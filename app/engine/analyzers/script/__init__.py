"""Script files: what they start, fetch, keep and harm."""

"""A pretend Zendesk tenant for tests and the demo. It imports nothing else of ours; see README.md beside this file."""

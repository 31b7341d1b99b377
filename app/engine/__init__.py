"""The scanner: bytes and text in, a report out. No database, no network, no web framework, no queue."""

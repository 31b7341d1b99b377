"""Addresses: finding them in texts, and writing the same address always the same way."""

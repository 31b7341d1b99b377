"""Mails and what mail programs save."""

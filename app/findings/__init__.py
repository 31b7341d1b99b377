"""The shared middle of all rooms: policies and what they decide, the words people read, the audit trail."""

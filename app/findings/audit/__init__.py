"""The audit trail: who did what, when and from where, as a chain that shows when it was tampered with."""

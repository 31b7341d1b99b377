"""The audit trail at work: writing, reading, watching the chain, streaming it to others."""

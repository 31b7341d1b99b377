"""VBA macros: where they are kept and what they do."""

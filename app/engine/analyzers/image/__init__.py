"""Pictures: the codes drawn in them and what they carry."""

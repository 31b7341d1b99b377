"""Programs of every system: identified, with notable facts."""

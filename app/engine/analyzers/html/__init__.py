"""Web pages and SVG: forms, hidden payloads, addresses."""

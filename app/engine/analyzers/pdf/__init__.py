"""PDF: actions, scripts, streams and pages."""

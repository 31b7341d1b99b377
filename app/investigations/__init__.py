"""Questions about verdicts: somebody asks for a look at a scan, the security team looks and answers."""

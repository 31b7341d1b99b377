"""Providers: services outside the house that are asked about links, each only where a policy allows the disclosure."""

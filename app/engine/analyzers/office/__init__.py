"""Documents of office suites, in all their containers."""

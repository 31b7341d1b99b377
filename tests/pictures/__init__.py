"""Pages with data that looks real: for the pictures of the documentation and for the checks in a browser."""

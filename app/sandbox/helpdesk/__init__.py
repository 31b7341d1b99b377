"""The help-desk page in the browser: write a ticket, and watch what happens to it."""

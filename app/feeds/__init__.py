"""The feeds: lists of bad addresses that others publish, kept up to date and looked up locally."""

"""The feeds at work: kept in the database, downloaded, read, made into the index of this machine, followed."""

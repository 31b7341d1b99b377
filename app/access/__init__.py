"""Access: who may use the API and the console, in which role."""

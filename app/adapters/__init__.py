"""The outside world, one adapter a thing. Each translates what the outside says into our three kinds of error."""

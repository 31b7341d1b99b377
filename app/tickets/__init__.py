"""The heart: comments come in, their files and links are judged, and what is malicious goes out of the ticket."""

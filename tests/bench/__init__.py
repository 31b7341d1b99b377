"""What the service costs beside the raw parts it is made of: ratios taken in one run (``make bench``)."""

"""Pictures of a file's pages for people who must see what came in without opening it.

``process`` (here) starts one locked-down process a document; ``child`` (there) draws. What comes back is pixels: they
need no decoder, so that nothing the drawing side says is ever parsed as a picture by the service.
"""

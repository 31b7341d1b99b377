"""Archives and compressed streams: what lies inside them."""

"""What looks into files: a folder for each kind, and the table of who looks into what (``families.py``)."""

"""Made-up attachments: every way in which people hide something harmful, and for each a harmless twin.

``python -m tests.corpus --out FOLDER`` writes them to look at. Nothing here does anything when it is opened: programs
are headers without code, and scripts lead to names and addresses that are reserved for documentation.
"""

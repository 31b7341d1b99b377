"""The providers with their database: settings, waiting questions, kept answers, the disclosure record."""

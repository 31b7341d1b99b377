"""Workbooks: Excel 4 macros, connections and locks."""

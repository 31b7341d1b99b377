"""Policies as data: for whom each holds, its versions, the exceptions from rules, and the verdict under them."""

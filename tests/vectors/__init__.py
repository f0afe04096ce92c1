"""Runs worked numeric examples against the formulas of the product: `python -m tests.vectors FILE`."""

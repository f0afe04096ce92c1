"""Seawall: sees a liquidation cascade starting, and gets the person's coins home."""

__version__ = "0.1.0"

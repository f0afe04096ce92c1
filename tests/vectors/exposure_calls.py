"""Calls about the person's own exposure, untested interest and the cascade."""

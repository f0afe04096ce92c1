"""Every test is held to the rules of `tests.strict`."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.strict.plugin"]

# How fast examples are drawn says how busy the machine is, not whether the product is right.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

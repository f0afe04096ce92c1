"""Every test is held to the rules of `tests.strict`."""

pytest_plugins = ["tests.strict.plugin"]

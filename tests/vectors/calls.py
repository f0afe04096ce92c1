"""Every call by name. The arguments of a call are the parameters of its function, with their types."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

import msgspec

from tests.vectors import alert_calls, cascade_calls, exposure_calls, market_calls, series_calls
from tests.vectors.call_form import Call

CALLS: Mapping[str, Call] = {
    name: call
    for module in (market_calls, series_calls, alert_calls, exposure_calls, cascade_calls)
    for name, call in vars(module).items()
    if inspect.isfunction(call) and call.__module__ == module.__name__ and not name.startswith("_")
}


def bound(call: Call, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as the call's typed arguments. Raise msgspec.ValidationError naming the field."""
    arguments = msgspec.convert(inputs, _form(call), str_keys=True)
    return {name: getattr(arguments, name) for name in arguments.__struct_fields__}


@cache
def _form(call: Call) -> type[msgspec.Struct]:
    hints = get_type_hints(call)
    fields: list[Any] = []
    for name, parameter in inspect.signature(call).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            fields.append((name, hints[name]))
        else:
            fields.append((name, hints[name], parameter.default))
    return msgspec.defstruct(call.__name__, fields, kw_only=True, forbid_unknown_fields=True)

"""``manage.py pulsetui prove MODEL newest FIELD``: one value, for an engine that looks for proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from pulsetui.errors import UsageError

USAGE = "write it like: manage.py pulsetui prove billing.Invoice newest created"


def prove(words: Sequence[str], *, out: Callable[[str], Any]) -> None:
    """Prints the value as one line of JSON. Raises UsageError."""
    from django.apps import apps
    from django.core.exceptions import FieldDoesNotExist
    from django.core.serializers.json import DjangoJSONEncoder
    from django.db.models import Max, Min

    aggregates = {"newest": Max, "oldest": Min}
    is_count = list(words[1:]) == ["count"]
    if not is_count and (len(words) != 3 or words[1] not in aggregates):
        raise UsageError(USAGE)
    try:
        model = apps.get_model(words[0])
    except (LookupError, ValueError) as error:
        raise UsageError(f"{error}") from None
    rows = model._default_manager.all()  # noqa: SLF001 - documented, whatever its name is
    if is_count:
        value = rows.count()
    else:
        try:
            model._meta.get_field(words[2])  # noqa: SLF001 - likewise
        except FieldDoesNotExist as error:
            raise UsageError(str(error)) from None
        value = rows.aggregate(value=aggregates[words[1]](words[2]))["value"]
    out(json.dumps({"pulsetui_value": value}, cls=DjangoJSONEncoder))

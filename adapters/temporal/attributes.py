"""The search attributes of `dunning.names` as Temporal's client takes and gives them."""

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from dunning import names
from dunning.names import Values

MAKERS = {
    "keyword": SearchAttributeKey.for_keyword,
    "int": SearchAttributeKey.for_int,
    "datetime": SearchAttributeKey.for_datetime,
}
KEYS: dict[names.Attribute, SearchAttributeKey[Any]] = {
    attribute: MAKERS[attribute.kind](attribute.name) for attribute in names.ATTRIBUTES
}


def typed(values: Values) -> TypedSearchAttributes:
    """For starting a workflow: attributes set at the start cost nothing."""
    return TypedSearchAttributes([SearchAttributePair[Any](KEYS[attribute], value) for attribute, value in values])

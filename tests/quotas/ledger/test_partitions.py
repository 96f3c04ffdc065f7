"""Questions to the parts of a store."""

import pytest

from quotas.ledger.partitions import answered
from quotas.store.errors import StoreError


def test_parts_that_answer_count() -> None:
    assert answered([1, StoreError("one part is gone"), 2]) == [1, 2]
    assert answered([]) == []


def test_a_store_of_which_no_part_answers_is_gone() -> None:
    with pytest.raises(StoreError, match="gone"):
        answered([StoreError("gone"), StoreError("gone too")])


def test_another_fault_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        answered([1, KeyError("a defect")])

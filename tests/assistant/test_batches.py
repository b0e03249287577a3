import asyncio
from collections.abc import AsyncGenerator

import pytest

from assistant.batches import MOST, batches


async def _numbers(*, stumbles: bool = False) -> AsyncGenerator[int, None]:
    yield 1
    yield 2
    await asyncio.sleep(0.01)  # the source thinks
    yield 3
    if stumbles:
        raise OSError("the line broke")


async def test_what_is_there_comes_together_and_the_last_of_it_is_known_as_such() -> None:
    assert [one async for one in batches(_numbers())] == [([1, 2], False), ([3], True)]


async def test_what_came_before_a_fault_is_not_taken_for_the_end() -> None:
    found = []
    with pytest.raises(OSError, match="broke"):
        async for one in batches(_numbers(stumbles=True)):
            found.append(one)
    assert found == [([1, 2], False), ([3], False)]


async def test_a_long_answer_comes_in_pieces_of_which_only_the_last_ends_it() -> None:
    async def many() -> AsyncGenerator[int, None]:
        for number in range(MOST * 2 + 3):
            yield number

    found = [one async for one in batches(many())]
    assert [number for numbers, _ in found for number in numbers] == list(range(MOST * 2 + 3))
    assert not any(ended for _, ended in found[:-1])

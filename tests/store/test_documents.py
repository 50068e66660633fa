"""Documents come back as they were, packed or not, also while they are being packed."""

from __future__ import annotations

import threading
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.store.documents import Documents


@given(st.lists(st.binary(max_size=40), max_size=100))
def test_each_comes_back_by_its_number(content: list[bytes]) -> None:
    documents = Documents()
    documents.add(iter(content))
    assert len(documents) == len(content)
    assert [documents[number] for number in range(len(content))] == content
    documents.pack()
    documents.pack()
    assert [documents[number] for number in reversed(range(len(content)))] == content[::-1]


def test_alike_they_take_little_room() -> None:
    content = [b'{"status":"up","due":"2026-11-29T10:00:00Z","n":%d}' % n for n in range(10_000)]
    documents = Documents()
    documents.add(content)
    before = sum(map(len, content))
    documents.pack()
    packed = [one.content for one in documents._blocks if not isinstance(one, bytes)]
    assert len(packed) == len(documents._blocks)
    assert sum(map(len, packed)) < before / 4


def test_many_threads_read_while_one_packs() -> None:
    content = [bytes([n % 251]) * (n % 97) for n in range(3000)]
    documents = Documents()
    documents.add(content)
    wrong: list[int] = []

    def read(seed: int) -> None:
        random = Random(seed)
        for _ in range(3000):
            number = random.randrange(len(content))
            if documents[number] != content[number]:
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    documents.pack()
    for thread in threads:
        thread.join()
    assert wrong == []

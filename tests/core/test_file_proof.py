"""What must be seen of a file for a good report to be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.proof.file_proof import FileProof, SeenFile
from pulsetui.core.proof.proof import parse_proof
from pulsetui.core.proof.verdict import ProofError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUMP = "file:/b/shop.dump newer 26h, size >= 80% of usual"


@pytest.mark.parametrize(
    ("text", "age_h", "size", "usual", "outcome", "detail"),
    [
        (DUMP, 2, 90, [100] * 3, "proven", "/b/shop.dump was written 2h ago, 90 B"),
        (DUMP, 26, 80, [100] * 3, "proven", "/b/shop.dump was written 1d 2h ago, 80 B"),
        (DUMP, 72, 90, [100] * 3, "unmet", "/b/shop.dump is 3d old, expected newer than 1d2h"),
        (DUMP, 2, 79, [100] * 3, "unmet", "has 79 B, expected size >= 80% of usual (usual: 100 B)"),
        (DUMP, 2, 0, [100] * 2, "proven", "0 B"),
        (DUMP, 2, 0, [], "proven", "0 B"),
        (DUMP, 2, 90, [100, 100, 9000], "proven", "90 B"),
        (DUMP, 72, 1, [100] * 3, "unmet", "expected newer than 1d2h; has 1 B"),
        (DUMP, -1, 90, [], "unprovable", "is dated 1h ahead of this host's clock"),
        (DUMP, -1, 1, [100] * 3, "unmet", "has 1 B"),
        (DUMP, -0.01, 90, [], "proven", "was written just now"),
        ("file:/b/x size > 1kB", -9, 1001, [], "proven", "1.0 kB"),
        ("file:/b/x size > 1kB", 0, 1000, [], "unmet", "expected size > 1kB"),
        ("file:/b/x size >= 1KiB", 0, 1023, [], "unmet", "expected size >= 1KiB"),
        ('file:"/b/a b, c" size < 1.5MB', 0, 1_500_000, [], "unmet", "/b/a b, c has 1.5 MB"),
    ],
)
def test_a_file_is_judged_by_its_age_and_its_size(
    text: str, age_h: float, size: int, usual: list[int], outcome: str, detail: str
) -> None:
    verdict = FileProof.parse(text).judge(SeenFile(size, NOW - age_h * HOUR), usual, NOW)
    assert (verdict.outcome, detail in verdict.detail) == (outcome, True), verdict


def test_a_file_that_is_not_there_is_work_not_done() -> None:
    verdict = FileProof.parse(DUMP).judge(None, [], NOW)
    assert (verdict.outcome, verdict.detail) == ("unmet", "/b/shop.dump is not there")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a valid proof"),
        ("sql:select 1", "is not a valid proof"),
        ("file:/x newer 26", '"newer 26": the age has no unit; write it like newer 26h'),
        ("file:shop.dump newer 26h", "not an absolute path"),
        ('file:"" newer 26h', "not an absolute path"),
        ("file:/b/x\0 newer 26h", "not an absolute path"),
        ("file:/b/*/x newer 1h", "only the name of the file may be a pattern"),
        ("file:/b/x", "does not say what must hold"),
        ("file:/b/x newer 26h,", "neither an age nor a size"),
        ("file:/b/x newer soon", '"soon" is not a duration'),
        ("file:/b/x newer 0s", "longer than 0s"),
        ("file:/b/x newer 1h, newer 2h", "stands twice"),
        ("file:/b/x size >= 10XB", '"XB" is not a unit'),
        ("file:/b/x size >= -1", "neither an age nor a size"),
        ("file:/b/x size == 1", "neither an age nor a size"),
        ("file:/b/x size >= ٣", "neither an age nor a size"),
        ("file:/b/x newer " + "9" * 1000, "longer than 1000 characters"),
    ],
)
def test_a_wrong_proof_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        parse_proof(text)


WORDS = st.sampled_from(
    ["file:", "/b", " ", ",", '"', "newer", "size", ">=", "80%", "of usual", "26h", "9", "MB"]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=12).map("".join)))
def test_any_text_is_a_proof_that_can_be_judged_or_an_error(text: str) -> None:
    try:
        proof = FileProof.parse(text)
    except ProofError:
        return
    assert proof.newer or proof.sizes
    assert proof.judge(SeenFile(1, NOW), [1, 2, 3], NOW).detail.startswith(proof.path)


@given(st.integers(1, 10**6), st.integers(-(10**6), 10**6))
def test_no_file_older_than_allowed_is_ever_proven(limit_s: int, age_s: int) -> None:
    proof = FileProof.parse(f"file:/b/x newer {limit_s}s")
    verdict = proof.judge(SeenFile(1, NOW - timedelta(seconds=age_s)), [], NOW)
    expected = "unmet" if age_s > limit_s else "unprovable" if age_s < -300 else "proven"
    assert verdict.outcome == expected


def test_a_run_that_is_looked_at_days_later_is_judged_by_when_it_ended() -> None:
    """Nobody was there to look: over a weekend no file grows too old."""
    proof, ended = FileProof.parse(DUMP), NOW - 60 * HOUR
    fresh, stale = SeenFile(9, ended - 2 * HOUR), SeenFile(9, ended - 27 * HOUR)
    assert [proof.judge(one, [], NOW, ended).outcome for one in (fresh, stale)] == ["proven", "unmet"]


def test_of_a_pattern_the_file_that_was_found_is_named() -> None:
    proof = FileProof.parse("file:/b/shop-*.dump newer 26h")
    assert proof.is_pattern
    assert not FileProof.parse(DUMP).is_pattern
    seen = SeenFile(9, NOW - HOUR, "/b/shop-2026.dump")
    assert proof.judge(seen, [], NOW).detail == "/b/shop-2026.dump was written 1h ago, 9 B"
    assert proof.judge(None, [], NOW).detail == "/b/shop-*.dump is not there"

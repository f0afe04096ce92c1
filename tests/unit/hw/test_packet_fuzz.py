"""A short, fixed run of the packet fuzz; `python -m tests.fuzz.device_packets` runs as long as you like."""

from tests.fuzz.device_packets import run


def test_spoiled_packets_end_in_an_answer_or_an_error_of_ours() -> None:
    report = run(60_000, seed=20260201)
    assert report.faults == []
    assert report.longest_s < 5
    assert {outcome.split()[0] for outcome in report.outcomes} == {"computer", "device"}
    assert sum(count for outcome, count in report.outcomes.items() if outcome.endswith("answer")) > 0


def test_the_same_seed_is_the_same_run() -> None:
    assert run(2_000, seed=5).outcomes == run(2_000, seed=5).outcomes

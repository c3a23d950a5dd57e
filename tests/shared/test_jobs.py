"""Queues of jobs, on both databases: what one process sends another gets, in order, and as nothing but JSON."""

from pathlib import Path
from typing import Any

from huey import Huey

from shared.jobs import open_jobs
from shared.migrations import differences


def opened(url: str, folder: Path) -> tuple[Huey, Any, list[int]]:
    """A queue as one process has it: the queue, what sends a number, the numbers that were got."""
    jobs, got = open_jobs("numbers", url, folder), []

    def number(n: int) -> None:
        got.append(n)

    return jobs, jobs.task()(number), got


def test_what_one_process_sends_another_gets_in_order(database_url: str, tmp_path: Path) -> None:
    sender, send, _ = opened(database_url, tmp_path)
    receiver, _, got = opened(database_url, tmp_path)
    receiver.storage.blocking = False
    for n in range(20):
        send(n)
        if n % 3 == 0:
            receiver.execute(receiver.dequeue())
    assert receiver.storage.queue_size() == 20 - len(got)
    while (job := receiver.dequeue()) is not None:
        receiver.execute(job)
    assert got == list(range(20))
    sender.storage.close()
    receiver.storage.close()


def test_a_job_is_kept_as_json(database_url: str, tmp_path: Path) -> None:
    """Whoever can write to the queue must not be able to run code of their own."""
    jobs, send, _ = opened(database_url, tmp_path)
    send(7)
    (kept,) = jobs.storage.enqueued_items()
    assert bytes(kept).startswith(b"[") and b",[7],{}," in bytes(kept)
    jobs.storage.close()


def test_the_tables_of_a_queue_are_no_difference_to_the_models(consumer_app: Any, consumer_settings: Any) -> None:
    jobs = open_jobs("numbers", consumer_settings.consumer_database_url, consumer_settings.consumer_folder)
    jobs.storage.close()
    assert differences(consumer_app) == []

"""What other processes see of a write to the grade book, and what one leaves that is killed in the middle."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

from shared.oneroster.versions import Version
from tests.contract.gradebooks import Gradebook, Place
from tests.contract.platform import Platform
from tests.contract.serve_process import serving

pytestmark = pytest.mark.slow


def test_a_write_is_seen_by_another_process_at_once(earnest, version):
    """P-122: whichever process a client's next request meets."""
    first, second = (earnest.book(version, process) for process in (0, 1))
    place = Place(first.platform)
    writer, reader = first, second
    for _ in range(3):
        writer, reader = reader, writer
        item = writer.put_line_item(place)
        assert reader.one(f"/lineItems/{item}") == writer.one(f"/lineItems/{item}")
        result = writer.put_result(place, item, place.students[0], score=41)
        (found,) = reader.listed(f"/classes/{place.class_id}/lineItems/{item}/results")
        assert found["sourcedId"] == result and found["score"] == 41
        assert writer.delete(f"/results/{result}").status_code == 204
        assert reader.get(f"/results/{result}").status_code == 404
        assert reader.listed(f"/classes/{place.class_id}/lineItems/{item}/results") == []


def test_a_server_that_is_killed_leaves_all_of_a_post_or_nothing(earnest, sealing_key):
    """kill -9 somewhere in the middle, at moments that differ."""
    book = earnest.book(Version.V1P2)
    place = Place(book.platform)
    students = place.students
    seen = set()
    for moment in (0.0, 0.02, 0.06, 0.12, 0.25, 0.5):
        items = [book.put_line_item(place) for _ in range(12)]
        session = book.one(f"/lineItems/{items[0]}")["academicSession"]["sourcedId"]
        sent = [place.result(item, student, sourcedId=f"{item}-{student}") for item in items for student in students]
        with serving(earnest.settings, sealing_key) as address:
            doomed = Gradebook(Platform(address, Version.V1P2, *earnest.secrets["lms-1.2"]))
            path = f"/classes/{place.class_id}/academicSessions/{session}/results"

            def post(doomed=doomed, path=path, sent=sent) -> None:
                with contextlib.suppress(requests.ConnectionError):
                    doomed.post(path, {"results": sent})

            thread = threading.Thread(target=post)
            thread.start()
            time.sleep(moment)
            kill_server(address)
            thread.join()
        counts = [len(book.listed(f"/classes/{place.class_id}/lineItems/{item}/results")) for item in items]
        assert counts in ([0] * 12, [len(students)] * 12), counts
        seen.add(counts[0])
        pairs = book.post(path, {"results": sent})  # And the client, who cannot know, simply sends it again.
        assert pairs.status_code == 201 and len(pairs.json()["sourcedIdPairs"]) == len(sent)
        assert len(book.listed(f"/classes/{place.class_id}/lineItems/{items[0]}/results")) == len(students)
    assert 0 in seen, "every server was killed too late to prove anything"


def kill_server(address: str) -> None:
    """Kill the processes that listen at an address of this host, all at once."""
    port = int(address.rpartition(":")[2])
    for process in listeners(port):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def listeners(port: int) -> list[int]:
    """The processes that hold the listening socket of a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}
    found = []
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            if any(str(link.readlink()) in inodes for link in folder.iterdir()):
                found.append(int(folder.parent.name))
    return found

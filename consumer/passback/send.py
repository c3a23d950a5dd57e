"""Calls of the grade book service: a line item or a result, or many results at once. Knows no database.

What the SIS refuses of a single object is told apart from what ends the whole press (C-138): the licence, a connection
that is not accepted, an SIS that cannot be reached or fails again and again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from consumer.client.caller import Client
from consumer.client.errors import ServerFault, Unreachable
from consumer.client.spoken import words_in, words_of
from consumer.client.transport import Answer
from consumer.client.walk import Walk
from consumer.mapping.outcome import Code
from consumer.passback.values import Body
from consumer.passback.wording import refusal_code

#: What a provider answers to a bulk POST that it does not have, or that this connection may not send.
NO_BULK = frozenset({403, 404, 405, 501})
#: A fault of the SIS is kept apart, as it may be about one object; so many in a row are about the SIS.
MOST_FAULTS = 3


class LicenseRequired(Exception):
    """The SIS wants a licence for this: nothing of the press can arrive (C-10). `said`: its own words."""

    def __init__(self, said: str | None, request_id: str) -> None:
        super().__init__(said)
        self.said, self.request_id = said, request_id


@dataclass(frozen=True, slots=True)
class Refusal:
    """The SIS did not take an object. `said`: its own words, unchanged; `detail`: ours, where it said nothing;
    `certain`: it says so itself, and has not just failed in the middle.
    """

    code: str
    said: str | None
    request_id: str
    detail: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a bulk POST. What is in neither of the first two was not taken, or nobody knows.

    pairs    supplied sourcedId -> allocated sourcedId of what was taken
    refused  supplied sourcedId -> why not
    doubtful whether more of it may have been done than the answer says
    bulk     False: the provider does not have it
    """

    pairs: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    doubtful: bool = True
    bulk: bool = True


class Sender:
    """Sends to one grade book service. Every call raises LicenseRequired and, where it is not about the object but
    about the connection or the SIS as a whole, consumer.client.errors.ClientError.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._faults = 0

    @property
    def request_id(self) -> str:
        """Of the last call, as both sides know it."""
        return self._client.transport.request_id

    def put_line_item(self, sis_id: str, body: Body) -> Refusal | None:
        """Make or change a line item; None when it was taken."""
        return self._write("PUT", "lineItems", sis_id, body={"lineItem": body})

    def put_result(self, sis_id: str, body: Body) -> Refusal | None:
        """Make or change a result; None when it was taken."""
        return self._write("PUT", "results", sis_id, body={"result": body})

    def delete(self, collection: str, sis_id: str) -> Refusal | None:
        """Delete a line item or a result; None when it is not there any more, or never was."""
        return self._write("DELETE", collection, sis_id)

    def post_results(self, line_item: str, bodies: Sequence[Body]) -> Posted:
        """Make results of a line item, whose bodies have supplied sourcedIds (`oneroster-1.2.md` 2.3)."""
        try:
            sent = orjson.dumps({"results": bodies})
            answer = self._client.write("POST", "lineItems", line_item, "results", body=sent)
        except ServerFault as fault:
            bulk = fault.status not in NO_BULK
            return Posted(doubtful=bulk, bulk=bulk)
        except Unreachable:
            return Posted()
        if answer.status >= 400:
            self._heed_licence(answer)
            bulk = answer.status not in NO_BULK
            return Posted(doubtful=bulk, bulk=bulk)
        self._faults = 0
        return _posted(answer, self.request_id)

    def results_of(self, class_id: str, line_item: str) -> dict[str, str]:
        """The results that the SIS has of a line item: sourcedId of the student -> that of the result, the first one
        where there are several.
        """
        client = self._client
        url, size, transport = client.url("classes", class_id, "lineItems", line_item, "results"), 500, client.transport
        found: dict[str, str] = {}
        for page in Walk(client.get_url, url, "results", size, transport.pause, transport.limits.most):
            for record in page.records:
                student = _student(record.raw)
                if student is not None:
                    found.setdefault(student, record.sourced_id)
        return found

    def _write(self, method: str, *path: str, body: Mapping[str, Body] | None = None) -> Refusal | None:
        try:
            answer = self._client.write(method, *path, body=None if body is None else orjson.dumps(body))
        except ServerFault as fault:
            self._faults += 1
            if fault.status is None or self._faults >= MOST_FAULTS:
                raise
            return Refusal(fault.code, None, self.request_id, str(fault), certain=False)
        self._faults = 0
        if answer.status < 300 or (method == "DELETE" and answer.status == 404):
            return None
        self._heed_licence(answer)
        words = words_of(answer)
        detail = "" if words else f"It answers with status {answer.status} and says nothing"
        return Refusal(refusal_code(answer.status, words), words, self.request_id, detail)

    def _heed_licence(self, answer: Answer) -> None:
        words = words_of(answer)
        if refusal_code(answer.status, words) == Code.LICENSE_REQUIRED.name:
            raise LicenseRequired(words, self.request_id)


def _posted(answer: Answer, request_id: str) -> Posted:
    """What the answer to a POST tells of each object; what cannot be read tells of none."""
    try:
        document = msgspec.json.decode(answer.body) if answer.body else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = {}
    said = document if isinstance(document, dict) else {}
    pairs = {
        pair["suppliedSourcedId"]: pair["allocatedSourcedId"]
        for pair in _objects(said.get("sourcedIdPairs"))
        if isinstance(pair.get("suppliedSourcedId"), str) and isinstance(pair.get("allocatedSourcedId"), str)
    }
    refused = {}
    for one in _objects(said.get("refused")):
        if isinstance(one.get("suppliedSourcedId"), str):
            words = words_in(one)
            refused[one["suppliedSourcedId"]] = Refusal(refusal_code(422, words), words, request_id)
    return Posted(pairs, refused)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _student(raw: bytes) -> str | None:
    """The sourcedId of a result's student; None for one that is to be deleted, or that names none."""
    record = msgspec.json.decode(raw)
    student = record.get("student")
    sis_id = student.get("sourcedId") if isinstance(student, dict) else None
    gone = str(record.get("status", "")).strip().lower() == "tobedeleted"
    return sis_id if isinstance(sis_id, str) and not gone else None

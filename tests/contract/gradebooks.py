"""A platform that writes to the grade book of the demo district, and what it finds there to write about."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from shared.oneroster.versions import BASE_PATHS, Version
from tests.contract.platform import APP_NAME, PUBLIC, Platform, Record, minor


def new_id() -> str:
    """A sourcedId that nobody has."""
    return str(uuid.uuid4())


def at(moment: datetime) -> str:
    """A moment as JavaScript writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def ref(sourced_id: str) -> Record:
    """A reference as clients of the field send it (real-clients 19)."""
    return {"sourcedId": sourced_id}


def refused(answer: requests.Response, version: Version, status: int = 422) -> str:
    """The description of a refusal in the version's body."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    minor(answer, version)
    body = answer.json()
    text: str = (body["statusInfoSet"][0] if version is Version.V1P1 else body)["imsx_description"]
    return text


class Gradebook:
    """The grade book calls of a platform; paths are below the base path of the service."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.version: Version = platform.version
        self.base = f"{PUBLIC}/campus/oneroster/{APP_NAME}{BASE_PATHS[self.version, 'gradebook']}"

    def call(self, verb: str, path: str, **options: Any) -> requests.Response:
        return self.platform.session.request(verb, self.base + path, timeout=120, **options)

    def put(self, path: str, body: Any) -> requests.Response:
        return self.call("PUT", path, json=body)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def get(self, path: str) -> requests.Response:
        return self.call("GET", path)

    def one(self, path: str) -> Record:
        """The record at a path, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        (record,) = answer.json().values()
        return record

    def listed(self, path: str) -> list[Record]:
        """A whole collection in one answer."""
        return self.one(f"{path}{'&' if '?' in path else '?'}limit=10000")

    def put_line_item(self, place: "Place", sourced_id: str | None = None, **fields: Any) -> str:
        """A new line item of a class; returns its sourcedId."""
        sourced_id = sourced_id or new_id()
        answer = self.put(f"/lineItems/{sourced_id}", {"lineItem": place.line_item(**fields)})
        assert answer.status_code == 201, answer.text
        return sourced_id

    def put_result(
        self, place: "Place", line_item: str, student: str, sourced_id: str | None = None, **fields: Any
    ) -> str:
        """A new result; returns its sourcedId."""
        sourced_id = sourced_id or new_id()
        answer = self.put(f"/results/{sourced_id}", {"result": place.result(line_item, student, **fields)})
        assert answer.status_code == 201, answer.text
        return sourced_id


class Place:
    """A class of the demo district with its school, terms and active students, as one version names them."""

    def __init__(self, platform: Platform, title: str = "Case Study Hall") -> None:
        """The class of a title; an id serves too."""
        (found,) = platform.walk(f"/classes?filter=title='{title}' OR sourcedId='{title}'")
        self.version = platform.version
        self.class_id: str = found["sourcedId"]
        self.school: str = found["school"]["sourcedId"]
        self.terms: list[str] = [term["sourcedId"] for term in found["terms"]]
        enrolled = platform.walk(f"/enrollments?filter=class.sourcedId='{self.class_id}' AND role='student'")
        self.students: list[str] = [one["user"]["sourcedId"] for one in enrolled if one["status"] == "active"]
        term = platform.read(f"/terms/{self.terms[0]}")
        self.first_day = datetime.fromisoformat(term["startDate"]).replace(tzinfo=UTC)

    def line_item(self, **fields: Any) -> Record:
        """A line item as Google sends it."""
        start = self.first_day + timedelta(days=9, hours=18)
        return {
            "title": "Fractions", "description": "Pages 1 to 3", "resultValueMin": 0, "resultValueMax": 100,
            "assignDate": at(start), "dueDate": at(start + timedelta(days=7)), "class": ref(self.class_id),
            "school": ref(self.school),
        } | fields  # fmt: skip

    def result(self, line_item: str, student: str, /, **fields: Any) -> Record:
        """A result as Google sends it."""
        return {
            "lineItem": ref(line_item), "student": ref(student), "score": 80, "comment": "",
            "scoreStatus": "fully graded", "scoreDate": at(self.first_day + timedelta(days=20)),
        } | fields  # fmt: skip

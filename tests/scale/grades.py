"""Grades: written in bulk and one by one, read back by class; what a signature and the request log cost a request."""

import json
import uuid
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from requests_oauthlib import OAuth1Session

from shared.oneroster.versions import BASE_PATHS, Version
from tests.scale.children import cpu_seconds
from tests.scale.client import Access, Client, let_in
from tests.scale.results import Result
from tests.scale.site import Served
from tests.scale.stage import Stage, median

#: Results in all, and in one POST: those of ten line items of a class.
RESULTS = 30_000
ITEMS = 10


class Class:
    """A class of the district and what is needed to grade in it."""

    def __init__(self, client: Client, sourced_id: str, term: str) -> None:
        self.sourced_id, self.term = sourced_id, term
        page = json.loads(client.get(f"/classes/{quote(sourced_id, safe='')}/students?limit=100&fields=sourcedId").body)
        self.students = [record["sourcedId"] for record in page["users"]]
        self.items: list[str] = []


def measure_grades(stage: Stage, served: Served) -> None:
    """A platform of 1.2 writes and reads; then the price of OAuth 1 and of the log."""
    described = stage.connections["grades-1.2"]
    roster = let_in(described, served.port)
    grades = Client(_at(roster, "gradebook"))
    wanted = RESULTS // 20 if stage.quick else RESULTS
    stage.tell(f"{wanted:,} results by bulk POST")
    classes = _classes(Client(roster), wanted)
    _post(stage, served, grades, classes)
    _read(stage, grades, classes)
    stage.tell(f"{wanted:,} results by PUT")
    _put(stage, served, grades, classes)
    grades.close()
    stage.tell("the price of a signature and of the log")
    _signature(stage, served)
    log = stage.site.inside("log", 2_000 if stage.quick else 20_000)
    stage.add(Result("request log: processor time a request", log["microseconds"] / 1000, "ms", 0.1))


def _at(access: Access, service: str) -> Access:
    root = access.base.removesuffix(BASE_PATHS[Version.V1P2, "rostering"])
    return access._replace(base=root + BASE_PATHS[Version.V1P2, service])


def _classes(client: Client, wanted: int) -> list[Class]:
    """So many classes, spread over the district, that they hold the results wanted."""
    page = json.loads(client.get("/classes?limit=50000&filter=" + quote("status='active'")).body)["classes"]
    found: list[Class] = []
    places = 0
    for record in page[:: max(1, len(page) // 400)]:
        one = Class(client, record["sourcedId"], record["terms"][0]["sourcedId"])
        if one.students:
            found.append(one)
            places += ITEMS * len(one.students)
        if places >= wanted:
            return found
    raise RuntimeError("The district has too few students for so many results")


def _term(client: Client, term: str) -> tuple[date, date]:
    record = json.loads(client.get(f"/academicSessions/{quote(term, safe='')}").body)["academicSession"]
    return date.fromisoformat(record["startDate"]), date.fromisoformat(record["endDate"])


def _post(stage: Stage, served: Served, grades: Client, classes: list[Class]) -> None:
    roster = Client(let_in(stage.connections["grades-1.2"], served.port))
    days = {one.term: _term(roster, one.term) for one in classes}
    for one in classes:
        start, end = days[one.term]
        due = start + timedelta(days=(end - start).days // 2)
        items = [_line_item(one, number, due) for number in range(ITEMS)]
        answer = grades.send("POST", f"/classes/{quote(one.sourced_id, safe='')}/lineItems", {"lineItems": items})
        pairs = {pair["suppliedSourcedId"]: pair["allocatedSourcedId"] for pair in answer["sourcedIdPairs"]}
        one.items = [pairs[item["sourcedId"]] for item in items]
    before, written, taken = cpu_seconds([served.worker]), 0, 0.0
    for one in classes:
        start, end = days[one.term]
        due = start + timedelta(days=(end - start).days // 2)
        results = [_result(item, student, due) for item in one.items for student in one.students]
        session = quote(one.term, safe="")
        path = f"/classes/{quote(one.sourced_id, safe='')}/academicSessions/{session}/results"
        answer = grades.send("POST", path, {"results": results})
        if len(answer["sourcedIdPairs"]) != len(results):
            raise RuntimeError(f"Of {len(results)} results {len(answer['sourcedIdPairs'])} were kept")
        written += len(results)
        taken += grades.ms / 1000
    spent = cpu_seconds([served.worker]) - before
    note = f"{written:,} results in {len(classes)} bulk POSTs: {1000 * spent / written:.2f} ms of the worker's processor time each."
    stage.add(Result("results written by bulk POST", written / taken, "results/s", note=note))


def _put(stage: Stage, served: Served, grades: Client, classes: list[Class]) -> None:
    """Every result once more with another score, each by a request of its own."""
    before, taken = cpu_seconds([served.worker]), []
    for one in classes:
        page = json.loads(grades.get(f"/classes/{quote(one.sourced_id, safe='')}/results?limit=50000").body)["results"]
        for record in page:
            body = {name: record[name] for name in ("sourcedId", "lineItem", "student", "scoreStatus", "scoreDate")}
            grades.send("PUT", f"/results/{quote(record['sourcedId'], safe='')}", {"result": body | {"score": 77.5}})
            taken.append(grades.ms)
    spent = cpu_seconds([served.worker]) - before
    note = (
        f"{len(taken):,} results by PUT: p50 {median(taken):.2f} ms, {1000 * spent / len(taken):.2f} ms of the worker's "
        "processor time each, one client after the other."
    )
    stage.add(Result("results written by PUT", 1000 * len(taken) / sum(taken), "results/s", note=note))


def _read(stage: Stage, grades: Client, classes: list[Class]) -> None:
    taken, records = [], 0
    for one in classes:
        answer = grades.get(f"/classes/{quote(one.sourced_id, safe='')}/results?limit=50000")
        if answer.total != len(one.items) * len(one.students):
            raise RuntimeError(f"A class with {len(one.items) * len(one.students)} results answers {answer.total}")
        taken.append(answer.ms)
        records += answer.total
    note = f"{records:,} results read back in {len(classes)} requests, {records / len(classes):.0f} a class."
    stage.add(Result("results of a class read back, p50", median(taken), "ms", note=note))


def _signature(stage: Stage, served: Served) -> None:
    """The same record for a platform with a token and for one that signs, in turns: processor time of the server."""
    described = stage.connections["signed-1.1"]
    session = OAuth1Session(described["client_id"], described["client_secret"], signature_method="HMAC-SHA256")
    root = f"http://127.0.0.1:{served.port}"
    plain = let_in(stage.connections["lms-1.1"], served.port)
    client = Client(plain)
    path = "/orgs?limit=1&filter=" + quote("type='school'")
    costs: dict[str, list[float]] = {"token": [], "signed": []}
    for _ in range(3 if stage.quick else 5):
        for kind, spent in costs.items():
            before = cpu_seconds([served.worker])
            for _ in range(200):
                if kind == "token":
                    client.get(path)
                else:
                    session.get(root + plain.base + path).raise_for_status()
            spent.append(1000 * (cpu_seconds([served.worker]) - before) / 200)
    extra = median(costs["signed"]) - median(costs["token"])
    note = f"A request with a token {median(costs['token']):.2f} ms, a signed one {median(costs['signed']):.2f} ms."
    stage.add(Result("OAuth 1: processor time more than a token's", extra, "ms", note=note))
    session.close()
    client.close()


def _line_item(one: Class, number: int, due: date) -> dict[str, Any]:
    return {
        "sourcedId": str(uuid.uuid4()), "title": f"Quiz {number + 1}", "class": {"sourcedId": one.sourced_id},
        "assignDate": f"{due}T08:00:00.000Z", "dueDate": f"{due}T20:00:00.000Z",
        "resultValueMin": 0, "resultValueMax": 100,
    }  # fmt: skip


def _result(item: str, student: str, due: date) -> dict[str, Any]:
    return {
        "sourcedId": str(uuid.uuid4()), "lineItem": {"sourcedId": item}, "student": {"sourcedId": student},
        "scoreStatus": "fully graded", "score": 88.0, "scoreDate": str(due),
    }  # fmt: skip

"""The district's pages for people in a large district: how long the server takes for each kind of list."""

import re

import requests

from tests.scale.children import Child, finish
from tests.scale.results import Result
from tests.scale.site import APP, Served
from tests.scale.stage import Stage, median

USER, PASSWORD = "scale", "four calm garden words"  # a password of nobody: the district is made up
#: Each list: its first page, one in the middle and a late one, searches that find few and many, ways to sort.
ASKED = {
    "home": ("",),
    "people": ("", "?page=1000", "?page=2000", "?search=abbott", "?search=an", "?sort=-name", "?kind=student&page=400"),
    "enrollments": ("", "?page=500", "?page=990", "?search=abbott", "?search=an", "?sort=start"),
    "assignments": ("", "?page=79", "?search=abbott", "?sort=title"),
    "accounts": ("", "?page=1000", "?search=abbott", "?sort=-username"),
    "sections": ("", "?page=200", "?search=abbott", "?sort=-name", "?state=untaught"),
    "courses": ("", "?search=algebra&sort=-name", "?state=empty"),
    "course-masters": ("",),
    "calendars": ("",),
    "grade-levels": ("",),
    "schools": ("",),
    "applications": ("",),
    "requests": ("",),
    "missing": ("?search=abbott",),
}


def measure_lists(stage: Stage, served: Served) -> None:
    """Pages as a signed-in administrator gets them; of each the middle of some tries, of a list its slowest page."""
    stage.tell("the district's pages")
    add = stage.site.command("provider", "user", "add", USER, "--name", "Scale", "--password", "-")
    with Child(add, stage.site.environment) as child:
        child.tell(f"{PASSWORD}\n".encode())
        finish(child)
    base = f"http://127.0.0.1:{served.port}/campus/oneroster/{APP}"
    with requests.Session() as window:
        window.trust_env = False
        form = window.get(f"{base}/frame/sign-in")
        token = re.findall(r'name="csrf_token" value="([^"]+)"', form.text)[0]
        window.post(form.url, data={"csrf_token": token, "username": USER, "password": PASSWORD}).raise_for_status()
        for path, queries in ASKED.items():
            taken = {
                query: _milliseconds(window, f"{base}/{path}/{query}", 3 if stage.quick else 9) for query in queries
            }
            slowest = max(taken, key=lambda query: taken[query])
            note = (
                f"{path}: the slowest of {len(queries)} pages is {slowest or 'the first'}." if len(queries) > 1 else ""
            )
            stage.add(Result(f"page of the district: {path}, p50", taken[slowest], "ms", 200, note=note))


def _milliseconds(window: requests.Session, address: str, times: int) -> float:
    taken = []
    for _ in range(times):
        answer = window.get(address)
        answer.raise_for_status()
        taken.append(answer.elapsed.total_seconds() * 1000)
    return median(taken)

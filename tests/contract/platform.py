"""A learning platform as the provider meets it: asks for tokens, walks collections, over real HTTP."""

from collections.abc import Iterable, Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from shared.oneroster.resources.learning import resources
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.rostering import ROSTERING
from shared.oneroster.versions import BASE_PATHS, Version

#: The district's public address: what records and Link name, whatever port the test's server has.
PUBLIC = "http://sis.example.org"
APP_NAME = "demo"
TOKEN_PATH = f"/campus/oauth2/token?appName={APP_NAME}"

Record = dict[str, Any]

RESOURCES: dict[str, Resource] = {resource.plural: resource for resource in (*ROSTERING, resources)}


class _Behind(HTTPAdapter):
    """Sends what is meant for the public address to the test's server."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace(PUBLIC, self._address, 1)
        return super().send(request, *args, **options)


def open_session(address: str) -> requests.Session:
    """A session in which the public address leads to `address`."""
    session = requests.Session()
    session.trust_env = False
    session.mount(PUBLIC, _Behind(address))
    return session


class Platform:
    """A platform with its connection: `get` takes a path below the base path of its service, or an absolute URL."""

    def __init__(self, address: str, version: Version, client_id: str, secret: str) -> None:
        self.address = address
        self.version = version
        self.client_id = client_id
        self.secret = secret
        self.session = open_session(address)
        self.session.headers["Authorization"] = f"Bearer {self.token()}"

    @property
    def base(self) -> str:
        """The rostering base path at the public address."""
        return self.base_of("/")

    def base_of(self, path: str) -> str:
        """The base path at the public address of the service that a path belongs to: rostering or resources."""
        service = "resources" if "resources" in path.partition("?")[0].split("/") else "rostering"
        return f"{PUBLIC}/campus/oneroster/{APP_NAME}{BASE_PATHS[self.version, service]}"

    def ask_for_token(self, **form: str) -> requests.Response:
        """The token endpoint's answer to this platform's credentials."""
        form = {"grant_type": "client_credentials", **form}
        return requests.post(self.address + TOKEN_PATH, data=form, auth=(self.client_id, self.secret))

    def token(self, **form: str) -> str:
        """A new access token."""
        answer = self.ask_for_token(**form)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def get(self, path: str, **options: Any) -> requests.Response:
        """The answer to a GET with the platform's token."""
        url = path if path.startswith("http") else self.base_of(path) + path
        return self.session.get(url, timeout=60, **options)

    def read(self, path: str) -> Any:
        """What stands inside the envelope of a successful answer."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        (value,) = answer.json().values()
        return value

    def walk(self, path: str, limit: int = 5_000) -> list[Record]:
        """All records of a collection, page after page by the Link header."""
        mark = "&" if "?" in path else "?"
        url: str | None = f"{self.base_of(path)}{path}{mark}limit={limit}"
        found: list[Record] = []
        while url:
            answer = self.get(url)
            assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text[:500]}"
            (page,) = answer.json().values()
            found += page
            url = answer.links.get("next", {}).get("url")
        return found

    def users_named(self, name: str) -> list[Record]:
        """The user records of a person, "First Last"."""
        first, _, last = name.partition(" ")
        return self.walk(f"/users?filter=givenName='{first}' AND familyName='{last}'")

    def user_named(self, name: str) -> Record:
        """The only user record of a person."""
        (user,) = self.users_named(name)
        return user


def references(value: Any) -> Iterator[Record]:
    """Every reference inside a JSON value."""
    if isinstance(value, dict):
        if "href" in value:
            yield value
            return
        value = value.values()
    elif not isinstance(value, list):
        return
    for inner in value:
        yield from references(inner)


def ids(records: Iterable[Record]) -> set[str]:
    """The sourcedIds of records."""
    return {record["sourcedId"] for record in records}


def minor(answer: requests.Response, version: Version) -> str:
    """The code minor of an error answer, after checking that its body is exactly of the version's form."""
    body = answer.json()
    if version is Version.V1P1:
        assert set(body) == {"statusInfoSet"}
        (status,) = body["statusInfoSet"]
        assert set(status) == {"imsx_codeMajor", "imsx_severity", "imsx_codeMinor", "imsx_description"}
        code: str = status["imsx_codeMinor"]
    else:
        status = body
        assert set(status) == {"imsx_codeMajor", "imsx_severity", "imsx_CodeMinor", "imsx_description"}
        assert set(status["imsx_CodeMinor"]) == {"imsx_codeMinorField"}
        (field,) = status["imsx_CodeMinor"]["imsx_codeMinorField"]
        assert field["imsx_codeMinorFieldName"] == "TargetEndSystem" and len(field) == 2
        code = field["imsx_codeMinorFieldValue"]
    assert (status["imsx_codeMajor"], status["imsx_severity"]) == ("failure", "error")
    assert status["imsx_description"].strip()
    return code

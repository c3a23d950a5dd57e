"""What can go wrong when a provider is called.

    ClientError                 code          what it means
    ├── AddressRefused          ADDRESS_REFUSED   the address may not be called (C-08)
    ├── Unreachable             UNREACHABLE   no answer: name, network, TLS, time-out, broken connection
    ├── AuthFailed              AUTH_FAILED   the provider does not accept who we are, or what we ask for
    ├── RateLimited             RATE_LIMITED  the provider still asks us to slow down after every wait
    ├── ServerFault             SERVER_FAULT  the provider answers that it has failed
    ├── BadAnswer               BAD_ANSWER    an answer that is not what OneRoster says it is
    │   ├── NotJson             BAD_ANSWER    `consumer.client.page`: a page that does not parse
    │   │   └── WebPage         WEB_PAGE      a page for people where data was asked for
    │   ├── TooLong             ANSWER_TOO_LONG   an answer of more bytes than are taken in
    │   └── Redirected          REDIRECTED    the request is sent on to where it must not follow, or in a circle
    └── PartialRead             PARTIAL_READ  a read that began well and cannot be brought to its end (C-84)

`str(error)` is a plain sentence for the log, `advice` says what to do and who can do it. Neither holds a secret
or a person's data. The codes are those of C-114, with more where it has none; `consumer.mapping.outcome`
has plain words for each and takes the advice from here.
"""


class ClientError(Exception):
    """Any of the above. Messages are sentences without a full stop. `status` is that of a refusing answer, where it was
    an answer that refused.
    """

    status: int | None = None
    code = "CLIENT_ERROR"
    advice = "Try again; if it goes on, show this message to the district"


class AddressRefused(ClientError):
    code = "ADDRESS_REFUSED"
    advice = "Ask the district for the public https address of its OneRoster service"


class Unreachable(ClientError):
    code = "UNREACHABLE"
    advice = "Check the address; ask the district whether its OneRoster service is up and open to this host"


class AuthFailed(ClientError):
    code = "AUTH_FAILED"
    advice = (
        "Check client id, client secret and token URL; "
        "ask the district whether the connection is active and which data it may read"
    )


class RateLimited(ClientError):
    code = "RATE_LIMITED"
    advice = "Sync at another time of day, or ask the district to allow this connection more requests"


class ServerFault(ClientError):
    code = "SERVER_FAULT"
    advice = "Try again later; if it goes on, ask the district to look at the log of its OneRoster service"


class BadAnswer(ClientError):
    code = "BAD_ANSWER"
    advice = "Check domain URL and OneRoster version; ask the district whether it offers this collection"


class TooLong(BadAnswer):
    code = "ANSWER_TOO_LONG"
    advice = "Ask for fewer records on one page (connect --page-limit); if that does not help, tell the district"


class Redirected(BadAnswer):
    code = "REDIRECTED"
    advice = "Ask the district for the address at which its OneRoster service answers itself, and save that one"


class PartialRead(ClientError):
    code = "PARTIAL_READ"
    advice = "Sync again; if it goes on, show this message to the district"

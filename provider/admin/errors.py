"""Errors of the district's addresses for people: a page of the frame."""

from flask import current_app, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from shared.web import frame
from shared.web.headers import secure

#: Addresses of platforms, which are answered in their own words.
_OF_PLATFORMS = ("/ims/oneroster/", "/oauth2/")


def show_error(error: HTTPException) -> ResponseReturnValue:
    """The page of an error; what a platform asked for is left as it is."""
    if request.path.startswith(_OF_PLATFORMS):
        return error
    return secure(make_response(frame.show_error(error)), current_app.extensions["homeroom_frame"].https)

"""What Schemathesis is told about Naast beyond openapi.yaml: things that exist, and faults that no schema can state."""

import json
import os
import re
from copy import deepcopy
from zlib import crc32

import schemathesis
from schemathesis.generation.meta import TestPhase

# Faults of a body or parameter that fits its schema: each depends on what else is there, on another member, or on a grammar that is
# no regular expression. Every other fault code of a 400 says that the schema was not kept, and then the schema must say so as well.
OF_MEANING = {
    "role-not-here",  # a role and the kind of the organisation in the path
    "form-not-here",  # a form and the kind of the organisation that is named
    "repeated",  # two answers on one tie
    "unknown",  # names something that is not there: `x-refers-to`
    "not-of-this-role",  # a programme and a role that has none
    "not-of-this-tie",  # what a tie of this kind is about
    "not-asked",  # an answer to a question that this kind of tie does not ask
    "unknown-wording",  # words and their step
    "other-sector", "not-by-denomination",  # a partnership and the school in the path
    "not-a-target",  # where a webhook may go
    "cursor",  # a position of another list, or of none
    "too-early",  # a last day before the first
    "too-late",  # a day that is still to come, or more than a year away
    "at-rest",  # a day on which a match was paused
    "still-open", "is-over",  # a period and those that have counted
    "needs-other",  # a filter that goes with another
    "guessable",  # a secret is shown, and then the Idempotency-Key must be a random UUID
    "control-character",  # the contract says of all text that it holds none
}
# The same, at one place: what an address of mail is, the mail library says (RFC 5321).
# And a member that goes with another: what a tie is about, and the profile of a VOG.
OF_MEANING_THERE = {
    ("/email", "format"),
    ("/profile", "required"),
    ("/profile", "not-of-this-kind"),
    ("/programmeId", "required"),
    ("/poolOrganisationId", "required"),
    ("/childAge", "required"),
    ("/locationCode", "required"),
    ("/language", "required"),
    # what an organisation is in the directory goes with its kind
    *((f"/{name}", code) for code in ("required", "not-of-this-kind") for name in (
        "locationCode", "boardNumber", "partnershipCode")),
    *((f"/about/{name}", code) for code in ("required", "not-of-this-kind") for name in (
        "locationCode", "boardNumber", "partnershipCode", "municipalityCode", "requestId", "personId", "notInDirectory")),
}

# A refusal that is no fault of the input: a rule, a version, a key that names another call.
NOT_OF_THE_INPUT = {401, 403, 404, 409, 412, 422, 429}


@schemathesis.check
def what_fits_its_schema_is_taken(ctx, response, case):
    """Stands for positive_data_acceptance, and looks closer: a 400 is right only for a fault that no schema can state."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    if response.status_code < 400 or response.status_code in NOT_OF_THE_INPUT or response.status_code >= 500:
        return
    try:
        body = json.loads(response.content)
    except ValueError:
        body = {}
    if response.status_code == 428 and case.path == "/programmes/{id}/schools/{locationCode}":
        # a version is named of what stands, and of what does not there is none: the schema cannot know which it is
        return
    if case.path == "/oauth/token" and body.get("error"):
        # OAuth says 400 to a code that does not hold, and which fields are needed depends on the grant (RFC 6749, 5.2)
        return
    faults = body.get("errors", [])
    for name, pattern in (("Idempotency-Key", KEY), ("If-Match", TAG)):
        value = response.request.headers.get(name)
        if value is not None and not pattern.fullmatch(value if isinstance(value, str) else value.decode("latin-1")):
            # the coverage phase puts a key or a tag of its own beside bodies that fit, and calls the whole fitting
            return
    of_meaning = [one["code"] in OF_MEANING or (one["pointer"], one["code"]) in OF_MEANING_THERE for one in faults]
    if response.status_code == 400 and faults and all(of_meaning):
        return
    raise AssertionError(f"{response.status_code} to what fits its schema: {body}")


# What is there, by the collection in which it stands: {"matches": ["6b1f...", ...], ...}
THINGS = json.loads(os.environ.get("NAAST_THINGS", "{}"))

# The collection that a query parameter or a member of a body names a thing of.
NAMED = {
    "programmeId": "programmes",
    "programmeIds": "programmes",
    "buddyId": "buddies",
    "personId": "people",
    "organisationId": "organisations",
    "subscriptionId": "webhook-subscriptions",
    "locationCode": "schools",
    "municipalityCode": "municipalities",
    "municipalityCodes": "municipalities",
    "boardNumber": "boards",
    "partnershipCode": "partnerships",
}


# What such a name looks like. A value that does not is there to be refused, and is left as it is.
WELL_FORMED = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{2}[A-Z]{2}[0-9]{2}|[0-9]{4,5}|[A-Z]{2}[0-9]{4}"
)


KEY = re.compile(os.environ.get("NAAST_KEY", ""))
TAG = re.compile(os.environ.get("NAAST_TAG", ""))
CURSOR = re.compile(r"[A-Za-z0-9_-]+")


def one_of(collection, value, beside=""):
    """A thing that is there, for half of the values; chosen by the value itself and what stands beside it, so that a run can be repeated."""
    things = THINGS.get(collection)
    if not things or not isinstance(value, str) or not WELL_FORMED.fullmatch(value):
        return value
    number = sum(value.encode()) + crc32(beside.encode())
    return things[number // 2 % len(things)] if number % 2 else value


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if not path_parameters or context.operation is None:
        return path_parameters
    segments = context.operation.path.strip("/").split("/")
    for name, value in list(path_parameters.items()):
        place = segments.index("{" + name + "}") if "{" + name + "}" in segments else 0
        collection = NAMED.get(name) or (segments[place - 1] if place else "")
        path_parameters[name] = one_of(collection, value)
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    for name, value in list((query or {}).items()):
        if name in ("cursor", "after") and isinstance(value, str) and CURSOR.fullmatch(value) and sum(value.encode()) % 8:
            # nobody draws a position that is there: mostly the list is read from its beginning
            del query[name]
            continue
        if name in NAMED:
            query[name] = one_of(NAMED[name], value)
    return query


# The words in use, by kind of consent and language, as version and SHA-256: nobody draws those that are right.
SHOWN = json.loads(os.environ.get("NAAST_TEXTS", "{}"))
# The kind that a body consents to where it does not say so itself.
KIND_OF = {
    "/referrals": "referral",
    "/pupil-consents": "pupil-health-data",
    "/consent-confirmations": "request",
    "/support-requests/{id}/consents/{consentId}/confirmation": "request",
}


def put_words(context, body):
    """Lets three of four bodies that consent say what was shown, so that the rules behind it are reached."""
    path = context.operation.path if context.operation is not None else ""
    kind = KIND_OF.get(path) or body.get("kind") or "meeting-announcement"
    for text in (body.get("text"), body.get("consent")):
        if isinstance(text, dict) and re.fullmatch("[0-9a-f]{64}", str(text.get("textHash"))):
            shown = SHOWN.get(f"{kind} {text.get('language')}")
            if shown and isinstance(text.get("textVersion"), str) and 1 <= len(text["textVersion"]) <= 20 and int(text["textHash"], 16) % 4:
                text["textVersion"], text["textHash"] = shown["version"], shown["hash"]


def own_programme(name, value, beside):
    """A programme of her own, for three of four bodies that name one: beyond somebody else's nothing of them is looked at."""
    own = THINGS.get("own-programmes") if name == "programmeId" else None
    is_drawn = isinstance(value, str) and WELL_FORMED.fullmatch(value)
    number = sum(value.encode()) + crc32(beside.encode()) if own and is_drawn else 0
    return own[number // 4 % len(own)] if number % 4 else None


def put_things(context, body, beside=""):
    """Lets a body name what is there, and say what was shown, so that the rules behind its schema are reached."""
    if isinstance(body, dict):
        if isinstance(body.get("text") or body.get("consent"), dict):
            put_words(context, body)
        for name, value in list(body.items()):
            if isinstance(value, dict):
                put_things(context, value, beside)
            elif name in NAMED and isinstance(value, list):
                # each once: a list of codes is a set
                body[name] = list({repr(one): one for one in (one_of(NAMED[name], one, beside) for one in value)}.values())
            elif name in NAMED:
                body[name] = own_programme(name, value, beside) or one_of(NAMED[name], value, beside)
            elif name in ("email", "value") and isinstance(value, str) and 3 <= len(value) <= 200 and sum(value.encode()) % 8:
                # mostly an address or number that is one
                body[name] = "0612345678" if body.get("kind") == "phone" else "ouder@example.org"
    return body


@schemathesis.hook
def map_body(context, body):
    return put_things(context, body)


def named_anew(context, case):
    """The same for a body that did not come by `map_body`: one example stands in many of them, so that what is put in its place is chosen by
    the whole body."""
    if case.meta is None or case.meta.generation.mode.is_positive:
        case.body = put_things(context, deepcopy(case.body), json.dumps(case.body, sort_keys=True, default=str))


@schemathesis.hook
def map_case(context, case):
    if case.meta and case.meta.phase.name == TestPhase.COVERAGE and isinstance(case.body, dict):
        named_anew(context, case)
    return case


@schemathesis.hook
def before_add_examples(context, examples):
    for case in examples:
        if isinstance(case.body, dict):
            named_anew(context, case)

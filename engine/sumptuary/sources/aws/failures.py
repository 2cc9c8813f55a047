"""What an error of the SDK means for the ledger, in words that hold neither keys nor request ids."""

from __future__ import annotations

from sumptuary.errors import SumptuaryError
from sumptuary.values import is_map

OK, DENIED, DISABLED, THROTTLED, UNSUPPORTED, ERROR = "ok", "denied", "disabled", "throttled", "unsupported", "error"

_DISABLED = frozenset({"OptInRequired", "AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId",
                       "SubscriptionRequiredException", "RegionDisabledException"})  # fmt: skip
_UNSUPPORTED = frozenset({"InvalidAction", "UnknownOperationException", "UnsupportedOperation",
                          "UnsupportedOperationException", "NotImplemented"})  # fmt: skip
_GONE = ("NotFound", "ResourceNotFound", "NoSuchEntity", "DoesNotExist")
_STALE = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_WRONG = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "AuthFailure", "UnrecognizedClientException",
                    "IncompleteSignature", "MissingAuthenticationToken"})  # fmt: skip
_NONE = ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "NoAuthTokenError")
_LOGIN = ("SSOTokenLoadError", "UnauthorizedSSOTokenError", "TokenRetrievalError", "SSOError")
MESSAGE = 200


class WriteRefusedError(Exception):
    """Somebody asked for an operation that is not on the list of reads. Nothing was sent."""


class OverdueError(Exception):
    """The collector's time is up. Raised between requests, within the collector's own thread."""


def code_of(error: BaseException) -> str:
    """The provider's error code (``UnauthorizedOperation``); empty for an error that is not the provider's."""
    response: object = getattr(error, "response", None)
    return error_code(response)


def error_code(response: object) -> str:
    """The provider's error code in a parsed response; empty where it is none of an error."""
    found = response.get("Error") if is_map(response) else None
    code = found.get("Code") if is_map(found) else None
    return clean(str(code)) if code else ""


def is_throttle(code: str) -> bool:
    """Whether a code says that there were too many requests."""
    return "Throttl" in code or code in ("RequestLimitExceeded", "TooManyRequestsException", "BandwidthLimitExceeded",
                                         "SlowDown", "EC2ThrottledException", "PriorRequestNotComplete")  # fmt: skip


def is_gone(error: BaseException) -> bool:
    """Whether something that was listed is not there any more: it ended between two calls."""
    code = code_of(error)
    if any(word in code for word in _GONE):
        return True
    if code != "ValidationException":
        return False
    return "could not find" in str(error).lower()  # SageMaker's word for it


def status_of(error: BaseException) -> tuple[str, str]:
    """The status of the ledger, and a message: the operation and the provider's code, never its free text.

    The credentials themselves are known to be good when this is asked: what sounds otherwise is a region that is off.
    """
    code, operation = code_of(error), str(getattr(error, "operation_name", ""))
    message = clean(": ".join(part for part in (operation, code or type(error).__name__) if part))
    if is_throttle(code):
        return THROTTLED, message
    if code in _DISABLED:
        return DISABLED, message
    if code in _STALE:
        return ERROR, f"{message}: the credentials expired during the scan"
    if code in _UNSUPPORTED:
        return UNSUPPORTED, message
    denied = any(word in code for word in ("AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden"))
    if denied or "AuthorizationError" in code or code == "403":
        return DENIED, message
    return ERROR, message


_UNREACHABLE = ("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
                "ProxyConnectionError", "SSLError", "HTTPClientError")  # fmt: skip
_MISSET = ("ConfigParseError", "InvalidConfigError", "InvalidRegionError", "ConfigNotFound")


def sign_in_problem(error: BaseException, profile: str) -> SumptuaryError | None:
    """What to do where there are no credentials, or wrong ones; None for an error that is not about them."""
    name, code = type(error).__name__, code_of(error)
    login = f"aws sso login{f' --profile {clean(profile)}' if profile else ''}"
    if name == "ProfileNotFound":
        known: object = getattr(error, "kwargs", None)
        wanted = known.get("profile", profile) if is_map(known) else profile  # AWS_PROFILE, where it was not an option
        what, hint = f"there is no AWS profile `{clean(str(wanted))}`", "`aws configure list-profiles` shows them"
    elif name in _LOGIN or code in _STALE:
        what, hint = "the AWS credentials have expired", f"sign in again, for example with `{login}`"
    elif name in _NONE:
        what = "there are no AWS credentials"
        hint = f"name a profile with --profile, set AWS_PROFILE or AWS_ACCESS_KEY_ID, or sign in with `{login}`"
    elif code in _WRONG:
        what, hint = f"AWS does not know the credentials ({code})", "`aws sts get-caller-identity` tests them"
    elif code:
        what = f"AWS refused to sign in ({status_of(error)[1]})"
        hint = "a role must trust these credentials, and may ask for an external id (--external-id)"
    elif name in _UNREACHABLE:
        what, hint = f"AWS could not be reached ({name})", "look at the network, the proxy and AWS_ENDPOINT_URL"
    elif name in _MISSET:
        what, hint = f"the AWS configuration is wrong ({name})", "look at ~/.aws/config"
    else:
        return None
    return SumptuaryError(what, hint=hint)


def clean(text: str) -> str:
    """Printable characters only, and not too many of them."""
    return "".join(character for character in text if character.isascii() and character.isprintable())[:MESSAGE]

"""The family of errors: each names the culprit and says what to do next."""

WHAT_NOW = "What now:"


class IntelError(Exception):
    """Anything that intel_pipeline refuses or cannot do.

    `problem` names the culprit; `fix` is what the reader can do about it. `exit_code` is what the command line
    ends with.
    """

    exit_code = 1

    def __init__(self, problem: str, fix: str) -> None:
        """Build the message out of both sentences, so that no log line loses the way out."""
        super().__init__(f"{problem}\n  {WHAT_NOW} {fix}")
        self.problem = problem
        self.fix = fix

    def __reduce__(self) -> tuple[type["IntelError"], tuple[str, str]]:
        """Let a process that works for another one raise this there: else its message would be taken for the problem."""
        return type(self), (self.problem, self.fix)


class SettingsError(IntelError):
    """A setting that is unknown, malformed or impossible."""

    exit_code = 2


class TargetError(IntelError):
    """A target that does not exist, exists already, or cannot be named so."""

    exit_code = 2


class SessionError(IntelError):
    """A session that does not exist, or cannot be used so."""

    exit_code = 2


class AccessError(IntelError):
    """A user, a password or a key that does not exist, exists already, or cannot be so."""

    exit_code = 2


class RoundError(IntelError):
    """A round that cannot be worked on: the past cannot be captured any more, the future not yet."""

    exit_code = 3


class CaptureError(IntelError):
    """A capture that does not exist, or with which that cannot be done."""

    exit_code = 2


class BusyError(IntelError):
    """Something that another process is doing at this moment."""

    exit_code = 4


class ContractError(IntelError):
    """Rows that break a contract; the message counts them by rule and names nobody."""

    exit_code = 5


class DamagedFileError(IntelError):
    """A file that is cut short or is not what its name says."""

    exit_code = 6


class ArchiveError(IntelError):
    """Input for an importer that cannot be taken in."""

    exit_code = 7


class VaultError(IntelError):
    """A key or a sealed record that cannot be used."""

    exit_code = 8


class DiskFullError(IntelError):
    """The disk is full."""

    exit_code = 9


class RegistryError(IntelError):
    """The registry's server cannot be reached, or not now; the same may succeed later, and nothing is lost by it."""

    exit_code = 16


class ServiceError(IntelError):
    """A process of Dagster, or another one that works for this one, that does not start, or ends by itself."""

    exit_code = 17


class InterruptedTickError(IntelError):
    """Somebody pressed Ctrl-C."""

    exit_code = 130

"""Checks that need no database: settings, home, keys, disk, clock, address, weights."""

import ipaddress
import os
import shutil
import stat

from fullcircle.config.keys import PURPOSES, key_path, read_keys
from fullcircle.config.options import FILE_NAME, read_options
from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import Moment, now, parse_moment, to_iso
from fullcircle.ops.doctor_finding import Finding, Patient, fail, ok, size_of, warn
from fullcircle.ops.lock import require_free_port

DISK_FAIL_BYTES = 200_000_000
DISK_WARN_BYTES = 2_000_000_000
BUILT_AT: Moment = parse_moment("2025-01-01") or 0
"""No clock that is right shows a time before this program was written."""


def settings(patient: Patient) -> Finding:
    """Environment and settings file, read as a start would read them."""
    try:
        patient.options = read_options()
    except ConfigError as error:
        return fail(str(error), error.hint)
    where = patient.options.home / FILE_NAME
    return ok(f"Understood{f', {where} included' if where.is_file() else ''}.")


def home(patient: Patient) -> Finding:
    """There, ours, on a disk that takes writes, closed to others."""
    path = patient.options.home
    if not path.is_dir():
        return fail(f"There is no home at {path}.", "`fullcircle up` makes it. Set FULLCIRCLE_HOME if it is elsewhere.")
    if not os.access(path, os.W_OK | os.X_OK):
        return fail(f"{path} cannot be written.", "Give it to whom Fullcircle runs as, or set FULLCIRCLE_HOME.")
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return fail(f"{path} lies on a disk that is mounted for reading alone.", "Mount it for writing.")
    if _is_open_to_others(path.stat().st_mode):
        return warn(f"Others on this machine can look into {path}.", f"chmod 700 {path}")
    return ok(f"{path} can be written.")


def keys(patient: Patient) -> Finding:
    """Present, readable, and for nobody else's eyes."""
    for purpose in PURPOSES:
        path = key_path(patient.options.home, purpose)
        try:
            read_keys(patient.options.home, purpose)
        except ConfigError as error:
            return fail(str(error), f"{error.hint} Without the credentials key, stored credentials are lost.")
        if stat.S_IMODE(path.stat().st_mode) != 0o600:
            return fail(f"{path} may be read by others.", f"chmod 600 {path}, and think of the key as seen.")
    return ok("Both keys are there, with mode 600.")


def disk(patient: Patient) -> Finding:
    """Room where the database grows. A full disk loses nothing, and takes nothing either."""
    free = shutil.disk_usage(patient.options.home).free
    if free < DISK_FAIL_BYTES:
        return fail(f"{size_of(free)} are free.", "Make room: soon nothing can be stored, and webhooks get a 503.")
    if free < DISK_WARN_BYTES:
        return warn(f"{size_of(free)} are free.", "Make room, or set FULLCIRCLE_RAW_DAYS lower.")
    return ok(f"{size_of(free)} are free.")


def clock(patient: Patient) -> Finding:
    """The wall clock shows a believable time; `FC203` compares it with what is stored."""
    at = now()
    if at < BUILT_AT:
        return fail(f"The clock shows {to_iso(at)[:10]}.", "Set it, and let it be kept by NTP: due times hang on it.")
    return ok(f"The clock shows {to_iso(at)[:16].replace('T', ' ')} UTC.")


def address(patient: Patient) -> Finding:
    """Who can reach us, and whether what they send could be read on the way."""
    chosen = patient.options
    is_open = not _is_loopback(chosen.bind)
    if is_open and not chosen.is_https:
        return warn(
            f"Everybody in the network reaches {chosen.bind}:{chosen.port}, unencrypted.",
            "Bind 127.0.0.1 behind a proxy that speaks https, and set FULLCIRCLE_PUBLIC_URL to its https:// address.",
        )
    if chosen.public_url and not chosen.is_https and not _is_loopback(chosen.public_url.split("//")[1].split(":")[0]):
        return warn(
            f"{chosen.public_url} is not https: passwords travel in the open.",
            "Put a certificate on the proxy, and set FULLCIRCLE_PUBLIC_URL to the https:// address.",
        )
    if not is_running(patient):
        try:
            require_free_port(chosen.bind, chosen.port)
        except ConfigError as error:
            return warn(str(error), error.hint)
    return ok(f"{chosen.address}, listening on {chosen.bind}:{chosen.port}.")


def weights(patient: Patient) -> Finding:
    """The analysers load."""
    from fullcircle.analysis.understand import Understander

    return ok(f"The analysers load; model {Understander.load().version}.")


def is_running(patient: Patient) -> bool:
    """Whether a supervisor holds the home. Looks at the lock without taking it for long or writing to it."""
    import fcntl

    from fullcircle.ops.lock import LOCK_NAME

    try:
        descriptor = os.open(patient.options.home / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_open_to_others(mode: int) -> bool:
    return bool(stat.S_IMODE(mode) & 0o077)

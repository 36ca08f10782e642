"""Django's settings, derived from our options. Nothing here is for an operator to edit."""

from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

from fullcircle.config.keys import ensure_home, read_keys
from fullcircle.config.options import options
from fullcircle.core.errors import ConfigError

_OPTIONS = options()
ensure_home(_OPTIONS.home)

SECRET_KEY, *SECRET_KEY_FALLBACKS = read_keys(_OPTIONS.home, "django")
DEBUG = False
ALLOWED_HOSTS = [urlsplit(_OPTIONS.address).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [_OPTIONS.public_url] if _OPTIONS.public_url else []
ROOT_URLCONF = "fullcircle.config.urls"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "fullcircle.store",
    "fullcircle.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["fullcircle.web.words"],
        },
    }
]

# A bulk writer's pages stay in memory; FULL so that a committed row survives a power cut (docs/invariants.md).
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-131072;PRAGMA temp_store=MEMORY;"
    "PRAGMA wal_autocheckpoint=8000;PRAGMA secure_delete=OFF;"
)


def _database() -> dict[str, Any]:
    if not _OPTIONS.database_url:
        return {
            "ENGINE": "fullcircle.store.sqlite",
            "NAME": str(_OPTIONS.home / "fullcircle.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": SQLITE_PRAGMAS},
            # A file, not memory: writers in other processes are part of what is tested.
            "TEST": {"NAME": str(_OPTIONS.home / "test.sqlite3")},
        }
    parts = urlsplit(_OPTIONS.database_url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigError(
            "FULLCIRCLE_DATABASE_URL must begin with postgresql://.",
            hint="Leave it empty for the embedded SQLite, or write postgresql://name:password@host:5432/database.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": True},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "store.Login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = _OPTIONS.language
LANGUAGES = [("en", "English"), ("de", "Deutsch")]

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _OPTIONS.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _OPTIONS.is_https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _OPTIONS.is_https
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
LOGGING_CONFIG = None

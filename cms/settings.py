"""The project's settings: one module, read from the environment.

Every variable is described in docs/reference/settings.md. Only the secret key is required. By
default the project uses an embedded SQLite database in ``var/``, and debug mode is off.
"""

from datetime import timedelta
from pathlib import Path

import django
import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from cms.edge import port_of
from cms.privacy import make_private_database, make_private_folder

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("STANDFIRST_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
make_private_folder(DATA_DIR)

# --- Security -----------------------------------------------------------------------------------------------

DEBUG = env.bool("STANDFIRST_DEBUG", default=False)


def _read_secret_key() -> str:
    """Return the key from the environment, else from the file that ``make demo`` keeps in the data folder.

    Raises ``ImproperlyConfigured`` if there is neither: a key generated at startup would log everybody out at
    each restart and differ between worker processes.
    """
    key = env.str("STANDFIRST_SECRET_KEY", default="")
    key_file = DATA_DIR / "secret_key"
    if not key and key_file.is_file():
        key = key_file.read_text(encoding="ascii").strip()
    if not key:
        raise ImproperlyConfigured(
            "There is no secret key. Set STANDFIRST_SECRET_KEY to a long random string, for example the "
            "output of: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return key


SECRET_KEY = _read_secret_key()
ALLOWED_HOSTS = env.list("STANDFIRST_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("STANDFIRST_TRUSTED_ORIGINS", default=[])

# One switch for everything that only works behind TLS: a site on plain http (such as the demonstration) could
# not log anybody in with secure cookies.
HTTPS = env.bool("STANDFIRST_HTTPS", default=False)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("STANDFIRST_HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# Wagtail's preview panel frames the site's own pages, so DENY, which W019 asks for, would break it.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
BEHIND_TLS_PROXY = env.bool("STANDFIRST_BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Guessing of passwords (cms.guessing): so many wrong ones for one account from one network, then a pause.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = env.int("STANDFIRST_PASSWORD_ATTEMPTS", default=10)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "cms.guessing.guesser"
AXES_LOCKOUT_CALLABLE = "cms.guessing.refuse"
AXES_RESET_ON_SUCCESS = True
# Whoever tries again while they wait doesn't wait longer for it.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# The public site runs no inline script or style and loads nothing from another host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
# Wagtail's admin still writes inline scripts and styles, and has no nonces (see cms.middleware).
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}

# --- Applications -------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "cms",
    "standfirst",
    "articles",
    "comments",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.api.v3",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "ninja",
    "axes",
    "csp",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "standfirst.cache.middleware.OriginCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.middleware.HeadMiddleware",
    "cms.middleware.ContentSecurityPolicyMiddleware",
    "cms.middleware.PublicGZipMiddleware",
    "standfirst.delivery.middleware.DeliveryMiddleware",
    "standfirst.cache.middleware.PublicCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cms.middleware.ManagementApiMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
    "standfirst.routing.RouteMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.context_processors.site",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'standfirst.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    make_private_database(Path(DATABASES["default"]["NAME"]))
    DATABASES["default"]["OPTIONS"] = {
        # With deferred transactions, a reader that turns writer fails at once when another has written in
        # between; IMMEDIATE takes the write lock first and waits for it, as long as `timeout` (seconds).
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # A file, not memory: the live server of the browser tests and concurrency tests open it from threads.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Seconds for which a connection serves one request after another: opening one, with the pragmas above, costs
# more than a millisecond.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("STANDFIRST_DATABASE_CONN_MAX_AGE", default=60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Static and media files ---------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# Django itself serves uploads: for the demonstration and for small sites without a web server in front.
SERVE_MEDIA = env.bool("STANDFIRST_SERVE_MEDIA", default=DEBUG)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Language and time --------------------------------------------------------------------------------------

LANGUAGE_CODE = env.str("STANDFIRST_LANGUAGE", default="en-gb")


def _read_languages() -> list[tuple[str, str]]:
    """Return the languages that pages are written in, as Django's ``LANGUAGES``: code and name.

    Raises ``ImproperlyConfigured`` for a code that Django doesn't know, and if the site's own is missing.
    """
    codes = env.list("STANDFIRST_LANGUAGES", default=[LANGUAGE_CODE])
    known = dict(global_settings.LANGUAGES)
    unknown = [code for code in codes if code not in known]
    if unknown and codes != [LANGUAGE_CODE]:
        raise ImproperlyConfigured(
            f"STANDFIRST_LANGUAGES names {', '.join(map(repr, unknown))}, which Django does not know. "
            "Write language codes such as en-gb,de,pt-br, in small letters."
        )
    if LANGUAGE_CODE not in codes:
        raise ImproperlyConfigured(
            f"STANDFIRST_LANGUAGES lacks {LANGUAGE_CODE!r}, the language of STANDFIRST_LANGUAGE: add it."
        )
    return [(code, str(known.get(code, code))) for code in codes]


WAGTAIL_CONTENT_LANGUAGES = _read_languages()
WAGTAIL_I18N_ENABLED = len(WAGTAIL_CONTENT_LANGUAGES) > 1
if WAGTAIL_I18N_ENABLED:
    # Addresses take a prefix for each; the admin has a choice of its own (WAGTAILADMIN_PERMITTED_LANGUAGES).
    LANGUAGES = WAGTAIL_CONTENT_LANGUAGES
    INSTALLED_APPS += ["wagtail.locales", "wagtail.contrib.simple_translation"]
TIME_ZONE = env.str("STANDFIRST_TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

# --- Wagtail ------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = env.str("STANDFIRST_SITE_NAME", default="Standfirst")
WAGTAILADMIN_BASE_URL = env.str("STANDFIRST_BASE_URL", default="http://localhost:8000")
# Ports in a Host header beside the server's own and the usual ones (cms.edge).
PUBLIC_PORTS = [port for url in (WAGTAILADMIN_BASE_URL, *CSRF_TRUSTED_ORIGINS) if (port := port_of(url))]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "access/password_required.html"  # noqa: S105 - a template
WAGTAILDOCS_PASSWORD_REQUIRED_TEMPLATE = "access/password_required.html"  # noqa: S105 - a template
WAGTAIL_FRONTEND_LOGIN_TEMPLATE = "access/login.html"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "key", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
WAGTAIL_ENABLE_UPDATE_CHECK = False  # It would contact another host.
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
TAGGIT_CASE_INSENSITIVE = True
WAGTAILIMAGES_INDEX_PAGE_SIZE = 30
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.editing.ImageForm"
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "cms.editing.RichTextArea"}}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # A long body of blocks has many form fields.

# --- Comments -----------------------------------------------------------------------------------------------

# How many proxies in front of the site add to X-Forwarded-For. Behind one, and with 0, all readers would seem
# to share an address, and flood control would slow them down together.
STANDFIRST_COMMENTS_TRUSTED_PROXIES = env.int("STANDFIRST_TRUSTED_PROXIES", default=0)
# Who gets an e-mail when a comment awaits moderation.
STANDFIRST_COMMENTS_NOTIFY = env.list("STANDFIRST_COMMENTS_NOTIFY", default=[])

# --- Answers that are kept ----------------------------------------------------------------------------------

# No public answer depends on them.
STANDFIRST_CACHE_INVISIBLE_TABLES = ["axes_*"]

# --- APIs ---------------------------------------------------------------------------------------------------

# Pages of these origins may post comments through the delivery API; those of every origin may read it.
STANDFIRST_API_WRITE_ORIGINS = env.list("STANDFIRST_CORS_ORIGINS", default=[])

# --- Tasks --------------------------------------------------------------------------------------------------

# Wagtail's own tasks, such as indexing a page for the search, stay part of the request: an editor finds at
# once what was saved. What leaves the site is for the worker.
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "outbox": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}
STANDFIRST_OUTBOX_TASKS_BACKEND = "outbox"

# --- Logging and mail ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("STANDFIRST_LOG_LEVEL", default="WARNING")},
}
# A mail server that doesn't answer must not hold a worker process.
EMAIL_TIMEOUT_SECONDS = 10
_mail = env.email_url("STANDFIRST_EMAIL_URL", default="consolemail://")
if django.VERSION >= (6, 1):
    _options = {
        "host": _mail["EMAIL_HOST"],
        "port": _mail["EMAIL_PORT"],
        "username": _mail["EMAIL_HOST_USER"],
        "password": _mail["EMAIL_HOST_PASSWORD"],
        "use_tls": _mail.get("EMAIL_USE_TLS", False),
        "use_ssl": _mail.get("EMAIL_USE_SSL", False),
        "timeout": EMAIL_TIMEOUT_SECONDS,
    }
    MAILERS = {
        "default": {
            "BACKEND": _mail["EMAIL_BACKEND"],
            "OPTIONS": _options if _mail["EMAIL_BACKEND"].endswith("smtp.EmailBackend") else {},
        }
    }
else:
    vars().update({name: value for name, value in _mail.items() if value is not None})
    EMAIL_TIMEOUT = EMAIL_TIMEOUT_SECONDS
DEFAULT_FROM_EMAIL = env.str("STANDFIRST_FROM_EMAIL", default="standfirst@localhost")

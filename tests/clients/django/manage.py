"""The server of the original contract: members with a token each, on Django REST Framework.

    DATABASE=/tmp/x.sqlite3 python manage.py migrate --run-syncdb
    DATABASE=/tmp/x.sqlite3 python manage.py runserver --noreload 127.0.0.1:8000

LAYOUT=user has name, age and gender in the user model, LAYOUT=profile in a model beside auth.User.
"""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

apps = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework.authtoken", "members"]

settings.configure(
    DEBUG=False,
    SECRET_KEY="of a test",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=apps,
    AUTH_USER_MODEL="members.User" if os.environ.get("LAYOUT", "user") == "user" else "auth.User",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
    MIGRATION_MODULES={app.split(".")[-1]: None for app in apps},
    ROOT_URLCONF="members.urls",
    MIDDLEWARE=[],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    PASSWORD_HASHERS=[
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]},
)
execute_from_command_line(sys.argv)

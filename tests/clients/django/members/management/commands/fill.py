"""Fills the server with members of every kind that a move meets. All that can move have the password "tachy-cardia!"."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from rest_framework.authtoken.models import Token

from members.urls import make

PASSWORD = "tachy-cardia!"


class Command(BaseCommand):
    def handle(self, **options):
        Group.objects.create(name="doctors")
        for hasher in ["pbkdf2_sha256", "argon2", "bcrypt_sha256", "scrypt"]:
            user = make(hasher, None, name=hasher, age=26, gender="male")
            user.password = make_password(PASSWORD, hasher=hasher)
            user.save()
            Token.objects.create(user=user)
        make("홍길동", PASSWORD, name="홍 길동", gender="여")
        make("old", PASSWORD, name="Old", age=-1)
        make("odd", PASSWORD, name="Odd", gender="both")
        make("with space", PASSWORD, name="Space")
        make("unusable", None, name="No password")
        gone = make("gone", PASSWORD, name="Gone")
        gone.is_active = False
        gone.save()

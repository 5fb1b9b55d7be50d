"""Fills the server with members of every kind that a move meets. All that can move have the password "tachy-cardia!"."""

from django.contrib.auth import hashers
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from rest_framework.authtoken.models import Token

from members.urls import make

PASSWORD = "tachy-cardia!"


# Django's own, at a cost that tests can pay many times.
class PBKDF2(hashers.PBKDF2PasswordHasher):
    iterations = 1000


class Argon2(hashers.Argon2PasswordHasher):
    memory_cost = 64


class Bcrypt(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


class Command(BaseCommand):
    def handle(self, **options):
        Group.objects.create(name="doctors")
        for hasher in [PBKDF2(), Argon2(), Bcrypt(), hashers.ScryptPasswordHasher()]:
            user = make(hasher.algorithm, None, name=hasher.algorithm, age=26, gender="male")
            user.password = hasher.encode(PASSWORD, hasher.salt())
            user.save()
            Token.objects.create(user=user)
        for username, details in {
            "홍길동": {"name": "홍 길동", "gender": "여"},
            "old": {"name": "Old", "age": -1},
            "odd": {"name": "Odd", "gender": "both"},
            "with space": {"name": "Space"},
            "unusable": {"name": "No password"},
            "gone": {"name": "Gone"},
        }.items():
            user = make(username, None, **details)
            user.is_active = username != "gone"
            if username != "unusable":
                user.password = PBKDF2().encode(PASSWORD, PBKDF2().salt())
            user.save()

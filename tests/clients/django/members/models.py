from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=150)
    age = models.IntegerField(null=True)
    gender = models.CharField(max_length=10, blank=True)

    class Meta:
        abstract = True


if settings.AUTH_USER_MODEL == "members.User":

    class User(Person, AbstractUser):
        pass

else:

    class Profile(Person):
        user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

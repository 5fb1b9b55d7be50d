from django.contrib.auth import authenticate, get_user_model
from django.urls import path
from rest_framework.authtoken.models import Token
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from members import models

User = get_user_model()
DETAILS = ["name", "age", "gender"]


def make(username, password, **details):
    user = User.objects.create_user(username, password=password)
    person = user if hasattr(user, "name") else models.Profile(user=user)
    for field, value in details.items():
        setattr(person, field, value)
    person.save()
    return user


@api_view(["POST"])
def create(request):
    details = {d: request.data[d] for d in DETAILS if d in request.data}
    user = make(request.data["username"], request.data["password"], **details)
    token = Token.objects.create(user=user)
    return Response({"user": {"username": user.username, "name": details["name"]}, "token": token.key, "code": 200})


@api_view(["POST"])
def login(request):
    user = authenticate(username=request.data["username"], password=request.data["password"])
    if user is None:
        return Response({"detail": "로그인 할 수 없습니다."}, 400)
    token, _ = Token.objects.get_or_create(user=user)
    person = user if hasattr(user, "name") else user.profile
    details = {d: getattr(person, d) for d in DETAILS}
    return Response({"token": token.key, "user": {"pk": user.pk, "username": user.username, **details}, "code": "login_success"})


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def logout(request):
    request.user.auth_token.delete()
    return Response({"detail": "로그아웃 되었습니다.", "code": "logout_success"})


urlpatterns = [path("members/create/", create), path("members/login/", login), path("members/logout/", logout)]

"""Signing in and out, one's own account, and the people of the shop."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from web import passwords
from web.accounts import Account
from web.auth import SESSION_LIFE_S, Staff, cookie_name, cookie_of
from web.errors import Refusal
from web.limits import neighbourhood
from web.present import plain
from web.roles import ROLES, SCOPES, Role
from web.services import (
    Limited,
    May,
    Services,
    Svc,
    address,
    lacks_second_factor,
    person_or_program,
)
from web.tokens import ApiToken
from web.totp import Totp, new_secret

router = APIRouter(prefix="/api/staff", tags=["staff"])

Me = Annotated[Staff, Depends(person_or_program)]  # also before a second factor is there: it is turned on here
Owner = Annotated[Staff, Depends(May("people"))]
Reader = Depends(May("audit.read"))
Password = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=20)]
Who = Annotated[str, Query(max_length=80)]
Actions = Annotated[Sequence[Annotated[str, Field(max_length=120)]], Query(max_length=20)]

WRONG = (
    "名字、密码或验证码不对；可以请店主重设，或在服务器上运行 zhibo link。",
    "Name, password or code is wrong; an owner can reset it, or run zhibo link on the server.",
)
USED_LINK = (
    "这个登录链接已用过或已过期；请在服务器上运行 zhibo link 生成新的。",
    "This sign-in link was used or has expired; run zhibo link on the server for a new one.",
)
NEEDS_CODE = ("请输入验证器里的 6 位验证码。", "Please enter the 6-digit code of your authenticator.")
WRONG_CODE = ("验证码不对，请用最新的一个。", "This code is wrong; please use the newest one.")
PROGRAM = ("程序没有自己的账号。", "A program has no account of its own.")


class SignIn(BaseModel):
    """`token` of a one-time link, or `name` and `password`; `code` of the authenticator where one is in use."""

    token: str = Field("", max_length=200)
    name: str = Field("", max_length=80)
    password: Password = ""
    code: Code = ""


class NewPassword(BaseModel):
    """`current` where there is one already."""

    password: Password
    current: Password = ""


class OnePassword(BaseModel):
    password: Password


class NewTotp(BaseModel):
    """The secret from `GET /me/totp/new`, and the code the authenticator makes of it. `old`: of the one it replaces."""

    secret: str = Field(pattern=r"^[A-Z2-7]{32}$")
    code: Code
    old: Code = ""


class OneCode(BaseModel):
    code: Code


class NewPerson(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    role: Role


class ChangedPerson(BaseModel):
    """Only what is given changes. Whoever is `disabled` is signed out and may not sign in."""

    role: Role | None = None
    disabled: bool | None = None


class NewToken(BaseModel):
    """`days`: how long it holds; for ever without."""

    name: str = Field(min_length=1, max_length=80)
    scopes: list[str] = Field(min_length=1, max_length=len(SCOPES))
    days: int | None = Field(None, ge=1, le=3650)


# signing in and out


@router.post("/signin", dependencies=[Limited])
async def sign_in(body: SignIn, request: Request, services: Svc) -> Response:
    cookie = await run_in_threadpool(_signed_in, services, body, request)
    request.app.state.console.prepare()  # it takes seconds to load; whoever signs in may want it next
    person = await run_in_threadpool(services.auth.staff, cookie)
    assert person is not None
    response = JSONResponse(await run_in_threadpool(_me, services, person))
    safe = request.url.scheme == "https"
    response.set_cookie(
        cookie_name(request), cookie, max_age=SESSION_LIFE_S, httponly=True, samesite="lax", secure=safe
    )
    return response


def _signed_in(services: Services, body: SignIn, request: Request) -> str:
    """The cookie. A wrong name, a wrong password and a wrong code fail alike, in the same time and as often."""
    accounts, host = services.auth.accounts, address(request)
    who = body.name.strip() if not body.token else (accounts.link_owner(body.token) or "link")
    keys = (f"{who}|{neighbourhood(host)}", who)
    services.wrong_sign_ins.check(keys[0])
    services.wrong_names.check(keys[1])
    staff_id = accounts.link_owner(body.token) if body.token else accounts.password_matches(who, body.password)
    person = accounts.person(staff_id) if staff_id else None
    right = person is not None
    if person is not None and person.totp:
        if not body.code:
            raise Refusal("unauthorized", *NEEDS_CODE, more={"needs_code": True})
        right = accounts.code_matches(person.id, body.code)
    if right and body.token:
        right = accounts.use_link(body.token)
    if person is None or not right:
        services.wrong_sign_ins.note(keys[0])
        services.wrong_names.note(keys[1])
        meant = person.name if person else accounts.known(who)
        services.audit.record(person.name if person else "", "sign-in failed", meant, outcome=401, address=host)
        if person is not None and body.token:
            raise Refusal("unauthorized", *WRONG_CODE, more={"needs_code": True})
        raise Refusal("unauthorized", *(USED_LINK if body.token else WRONG))
    services.audit.record(person.name, "sign-in", role=person.role, outcome=200, address=host)
    return accounts.begin(person.id, host, request.headers.get("user-agent", ""))


@router.post("/signout", status_code=204)
def sign_out(person: Me, request: Request, services: Svc) -> Response:
    services.auth.accounts.end(cookie_of(request))
    return _without_cookie(request)


@router.post("/signout-everywhere", status_code=204)
def sign_out_everywhere(person: Me, request: Request, services: Svc) -> Response:
    """Every session of this person ends, this one too."""
    services.auth.accounts.end_all(person.id)
    return _without_cookie(request)


def _without_cookie(request: Request) -> Response:
    response = Response(status_code=204)
    response.delete_cookie(cookie_name(request), secure=request.url.scheme == "https", httponly=True, samesite="lax")
    return response


# one's own account


@router.get("/me")
def me(person: Me, services: Svc) -> dict[str, Any]:
    return _me(services, person)


def _me(services: Services, person: Staff) -> dict[str, Any]:
    own = services.auth.accounts.person(person.id) if person.role else None
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "may": sorted(person.may),
        "csrf": person.csrf,
        "has_password": own is not None and own.has_password,
        "totp": person.totp,
        "recovery_left": own.recovery_left if own else 0,
        "second_factor_needed": lacks_second_factor(services.settings, person),
    }


@router.get("/me/sessions")
def my_sessions(person: Me, request: Request, services: Svc) -> list[dict[str, Any]]:
    found = services.auth.accounts.sessions(person.id, cookie_of(request))
    return [plain(asdict(each)) for each in found]


@router.get("/me/events")
def my_events(person: Me, services: Svc) -> list[dict[str, Any]]:
    """What happened to one's own account lately, the newest first: sign-ins, failed ones, what an owner changed."""
    found = services.audit.about(_own(services, person).name, person.id, limit=20)
    return [plain(asdict(each)) for each in found]


@router.post("/me/password/strength", dependencies=[Limited])
def password_strength(body: OnePassword, person: Me, services: Svc) -> dict[str, Any]:
    """`score` 0 (guessed at once) to 4; `taken`: whether it may be chosen. Nothing of it is kept."""
    own, shop = _own(services, person), services.catalog.shop.name
    score, fault = passwords.judged(body.password, own.name, shop.en or shop.zh)
    return {"score": score, "taken": fault is None}


@router.post("/me/password", status_code=204, dependencies=[Limited])
def change_password(body: NewPassword, person: Me, request: Request, services: Svc) -> None:
    """The other sessions of this person end."""
    accounts, own = services.auth.accounts, _own(services, person)
    if own.has_password:
        key = f"password|{person.id}"
        services.wrong_sign_ins.check(key)
        if accounts.password_matches(own.id, body.current) is None:
            services.wrong_sign_ins.note(key)
            raise Refusal("forbidden", "现在的密码不对。", "The present password is wrong.")
    shop = services.catalog.shop.name
    accounts.set_password(own.id, body.password, keep=cookie_of(request), shop=shop.en or shop.zh)


@router.get("/me/totp/new")
def offer_totp(person: Me, services: Svc) -> dict[str, str]:
    """A secret for an authenticator, also as a `picture` to scan; it counts once a code made of it has come back."""
    secret, shop, own = new_secret(), services.catalog.shop.name, _own(services, person)
    name, issuer = own.name, shop.en or shop.zh or "Zhibo"
    return {"secret": secret, "uri": Totp(secret).uri(name, issuer), "picture": Totp(secret).picture(name, issuer)}


@router.post("/me/totp", dependencies=[Limited])
def turn_totp_on(body: NewTotp, person: Me, services: Svc) -> dict[str, Any]:
    """The answer's recovery codes are shown once; each replaces the telephone once."""
    accounts, own = services.auth.accounts, _own(services, person)
    if own.totp:
        _check_code(services, own, body.old)
    if Totp(body.secret).step_of(body.code.replace(" ", ""), accounts.now()) is None:
        raise Refusal("invalid", *WRONG_CODE)
    return {"recovery_codes": accounts.set_totp(own.id, body.secret)}


@router.post("/me/totp/off", status_code=204, dependencies=[Limited])
def turn_totp_off(body: OneCode, person: Me, services: Svc) -> None:
    own = _own(services, person)
    _check_code(services, own, body.code)
    services.auth.accounts.set_totp(own.id, "")


def _check_code(services: Services, own: Account, code: str) -> None:
    key = f"code|{own.id}"
    services.wrong_sign_ins.check(key)
    if not services.auth.accounts.code_matches(own.id, code):
        services.wrong_sign_ins.note(key)
        raise Refusal("forbidden", *WRONG_CODE)


def _own(services: Services, person: Staff) -> Account:
    if person.role is None:
        raise Refusal("forbidden", *PROGRAM)
    return services.auth.accounts.person(person.id)


# the people of the shop


@router.get("/people")
def people(owner: Owner, services: Svc) -> dict[str, Any]:
    return {"people": [plain(asdict(each)) for each in services.auth.accounts.people()], "roles": list(ROLES)}


@router.post("/people", status_code=201, dependencies=[Limited])
def add_person(body: NewPerson, owner: Owner, services: Svc) -> dict[str, Any]:
    """`link` is a path for them to open within a day; it works once."""
    added = services.auth.accounts.add(body.name, body.role)
    return {"person": plain(asdict(added)), "link": _path(services.auth.accounts.new_link(added.id))}


@router.put("/people/{person_id}", dependencies=[Limited])
def change_person(person_id: str, body: ChangedPerson, owner: Owner, services: Svc) -> dict[str, Any]:
    accounts = services.auth.accounts
    if body.role is not None:
        accounts.set_role(person_id, body.role)
    if body.disabled is not None:
        accounts.set_disabled(person_id, body.disabled)
    changed: dict[str, Any] = plain(asdict(accounts.person(person_id)))
    return changed


@router.post("/people/{person_id}/reset", dependencies=[Limited])
def reset(person_id: str, owner: Owner, services: Svc) -> dict[str, Any]:
    """Password and second factor are cleared, all sessions end; `link` lets them begin anew."""
    return {"link": _path(services.auth.accounts.reset(person_id))}


@router.post("/people/{person_id}/reset-totp", dependencies=[Limited])
def reset_totp(person_id: str, owner: Owner, services: Svc) -> dict[str, Any]:
    """The second factor alone is cleared, all sessions end; the password stays."""
    cleared: dict[str, Any] = plain(asdict(services.auth.accounts.reset_totp(person_id)))
    return cleared


@router.post("/people/{person_id}/link", dependencies=[Limited])
def new_link(person_id: str, owner: Owner, services: Svc) -> dict[str, Any]:
    """Another one-time link, for somebody who lost the first or has no password yet."""
    return {"link": _path(services.auth.accounts.new_link(person_id))}


@router.post("/people/{person_id}/signout", status_code=204, dependencies=[Limited])
def sign_somebody_out(person_id: str, owner: Owner, services: Svc) -> None:
    services.auth.accounts.end_all(services.auth.accounts.person(person_id).id)


@router.delete("/people/{person_id}", status_code=204, dependencies=[Limited])
def remove_person(person_id: str, owner: Owner, services: Svc) -> Response:
    services.auth.accounts.remove(person_id)
    return Response(status_code=204)


def _path(link: str) -> str:
    return f"/signin#{link}"


# tokens of programs, and the audit


@router.get("/tokens")
def tokens(owner: Owner, services: Svc) -> dict[str, Any]:
    return {"tokens": [_token(each) for each in services.auth.tokens.listed()], "scopes": list(SCOPES)}


@router.post("/tokens", status_code=201, dependencies=[Limited])
def create_token(body: NewToken, owner: Owner, services: Svc) -> dict[str, Any]:
    """`secret` is shown this once."""
    made, secret = services.auth.tokens.create(body.name, body.scopes, owner.name, body.days)
    return {"token": _token(made), "secret": secret}


@router.delete("/tokens/{token_id}", status_code=204, dependencies=[Limited])
def revoke_token(token_id: str, owner: Owner, services: Svc) -> Response:
    services.auth.tokens.revoke(token_id)
    return Response(status_code=204)


def _token(token: ApiToken) -> dict[str, Any]:
    shown: dict[str, Any] = plain(asdict(token))
    return shown


@router.get("/audit", dependencies=[Reader])
def audit(
    services: Svc,
    who: Who = "",
    action: Actions = (),
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Newest first; for older ones ask with `before` the last id. `action`, several times: how they may begin."""
    found = services.audit.entries(who=who, actions=action, before=before, limit=limit)
    return {"entries": [plain(asdict(each)) for each in found]}


@router.get("/audit.csv", dependencies=[Reader])
def audit_file(services: Svc, who: Who = "", action: Actions = ()) -> StreamingResponse:
    name = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    lines = services.audit.csv(who=who, actions=action)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=name)

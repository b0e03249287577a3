"""Signing in and out."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from web.auth import COOKIE, STAFF_LIFE_S
from web.errors import Refusal
from web.services import Limited, StaffDep, Svc

router = APIRouter(prefix="/api/staff", tags=["staff"])


class SignIn(BaseModel):
    token: str = Field(min_length=1, max_length=200)


@router.post("/signin", dependencies=[Limited])
async def sign_in(body: SignIn, request: Request, services: Svc) -> Response:
    cookie = services.auth.redeem(body.token)
    person = services.auth.staff(cookie) if cookie else None
    if cookie is None or person is None:
        raise Refusal(
            "unauthorized",
            "这个登录链接已用过或已过期；请在服务器上运行 zhibo link 生成新的。",
            "This sign-in link was used or has expired; run `zhibo link` on the server for a new one.",
        )
    services.auth.mark_signed_in()
    request.app.state.console.prepare()  # it takes seconds to load; whoever signs in may want it next
    response = JSONResponse({"name": person.name, "csrf": person.csrf})
    response.set_cookie(
        COOKIE, cookie, max_age=STAFF_LIFE_S, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return response


@router.get("/me")
async def me(person: StaffDep) -> dict[str, Any]:
    return {"name": person.name, "csrf": person.csrf}


@router.post("/signout", status_code=204)
async def sign_out(person: StaffDep) -> Response:
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response

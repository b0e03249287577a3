"""The till over HTTP."""

from tests.web.conftest import Site


def test_a_basket_over_http(site: Site) -> None:
    with site.client() as client:
        products = client.get("/api/products").json()["products"]
        body = {"items": [{"product": products[0]["id"], "quantity": 2}], "extras": False}
        answer = client.post("/v1/basket", json=body)
        assert answer.status_code == 200, answer.text
        plan = answer.json()
        assert plan["proven"] and plan["basket"]["total"][1] in plan["say"][0]
        assert plan["basket"]["orders"][0]["items"][0]["quantity"] == 2
        english = client.post("/v1/basket", json={**body, "lang": "en"}).json()
        assert english["basket"]["total"][0] == "Total to pay"


def test_what_cannot_be_bought_is_refused(site: Site) -> None:
    with site.client() as client:
        unknown = client.post("/v1/basket", json={"items": [{"product": "没有这个"}]})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        assert client.post("/v1/basket", json={"items": []}).status_code == 422
        assert client.post("/v1/basket", json={"items": [{"product": "x", "quantity": 0}]}).status_code == 422

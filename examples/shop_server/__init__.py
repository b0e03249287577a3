"""A shop's own order system, as small as it can be and still right, behind the interface of `docs/shop-api.yaml`."""

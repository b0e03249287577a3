"""Back-ends of `assistant.service.shop.ServiceShop`."""

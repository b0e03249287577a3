"""What the shop knows: catalogue, facts, promotions, policies, orders; storing and finding it."""

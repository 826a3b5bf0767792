"""Coffee Maker: agents that plan, implement and review software."""

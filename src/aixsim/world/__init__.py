"""World: firms and the ties between them."""

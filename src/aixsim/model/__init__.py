"""The model: laws, parameters, levers and programmes."""

"""What everything else stands on: names, parameters, random numbers, population, network, schedule."""

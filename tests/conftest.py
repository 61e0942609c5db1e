"""What every test shares."""

from hypothesis import HealthCheck, settings

# A loaded machine is slow now and then; that is no failure of a property.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

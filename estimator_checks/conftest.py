"""Switches on aeon's multithreading checks, before the suite reads the switch."""

from aeon.testing import testing_config


def pytest_configure(config):
    testing_config.MULTITHREAD_TESTING = True

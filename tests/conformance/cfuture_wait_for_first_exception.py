"""concurrent.futures.wait: FIRST_EXCEPTION."""
from concurrent.futures import FIRST_EXCEPTION
from common.jobs import wait_for_three

wait_for_three(FIRST_EXCEPTION)

"""concurrent.futures.wait: FIRST_COMPLETED."""
from concurrent.futures import FIRST_COMPLETED
from common.jobs import wait_for_three

wait_for_three(FIRST_COMPLETED)

"""concurrent.futures.wait: ALL_COMPLETED."""
from concurrent.futures import ALL_COMPLETED
from common.jobs import wait_for_three

wait_for_three(ALL_COMPLETED)

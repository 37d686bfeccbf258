//! Tokio in the benchmarks of executors.

mod jobs;
mod work;

use frame::{cpu_time, show};
use std::time::{Duration, Instant};

pub fn cpus() -> usize {
    std::thread::available_parallelism().expect("a number of CPUs").get()
}

/// Time of the clock, and of the CPUs.
pub struct Spent {
    pub wall: Duration,
    cpu: Duration,
}

impl Spent {
    /// Jobs a second, and the CPU time of one.
    pub fn show(&self, name: &str, jobs: usize) {
        show(name, jobs as f64 * 1e3 / self.wall.as_nanos() as f64, "M/s");
        show(&format!("{name}.cpu"), self.cpu.as_nanos() as f64 / jobs as f64, "ns");
    }
}

pub struct Clock {
    wall: Instant,
    cpu: Duration,
}

impl Clock {
    pub fn start() -> Self {
        Clock { wall: Instant::now(), cpu: cpu_time() }
    }

    pub fn spent(&self) -> Spent {
        Spent { wall: self.wall.elapsed(), cpu: cpu_time() - self.cpu }
    }
}

pub fn check_sum(sum: usize, number: usize) {
    assert_eq!(sum, number * (number - 1) / 2, "the sum of the results");
}

fn main() {
    frame::run(&[jobs::ROWS, work::ROWS]);
}

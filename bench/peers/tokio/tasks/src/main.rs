//! Tokio's side of the benchmarks of tasks and threads, on its current-thread runtime.

mod tasks;
mod threads;

use frame::show;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

pub const HOUR: Duration = Duration::from_secs(3600);

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// Runs `body(ops)` once to warm up and then `times` times; prints nanoseconds per operation.
pub fn per_op<F: Future<Output = ()>>(name: &str, ops: usize, times: usize, body: impl Fn(usize) -> F) {
    runtime().block_on(async {
        for run in 0..=times {
            let start = Instant::now();
            body(ops).await;
            if run > 0 {
                show(name, start.elapsed().as_nanos() as f64 / ops as f64, "ns");
            }
        }
    });
}

/// xorshift: the same numbers in every run.
pub fn random() -> u64 {
    static STATE: AtomicUsize = AtomicUsize::new(88172645463325252);
    let mut x = STATE.load(Relaxed);
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    STATE.store(x, Relaxed);
    x as u64
}

pub fn far_away() -> Duration {
    Duration::from_secs(100) + Duration::from_nanos(random() % HOUR.as_nanos() as u64)
}

/// Bytes the process really holds: resident pages, and the page tables that map them.
pub fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let kib: u64 = status
        .lines()
        .filter(|line| line.starts_with("VmRSS:") || line.starts_with("VmPTE:"))
        .map(|line| line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0))
        .sum();
    kib as f64 * 1024.0
}

fn main() {
    frame::run(&[tasks::ROWS, threads::ROWS]);
}

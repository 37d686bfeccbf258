//! Tokio's side of the benchmarks, on its current-thread runtime: `tokio-peer WORKLOAD [DIVISOR]`
//! prints `name value unit` per measured run.

mod tasks;
mod threads;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

pub const RUNS: usize = 3;
pub const HOUR: Duration = Duration::from_secs(3600);
pub type Row = (&'static str, fn(&str));

static DIVISOR: AtomicUsize = AtomicUsize::new(1);

pub fn count(full: usize) -> usize {
    (full / DIVISOR.load(Relaxed)).max(1)
}

pub fn show(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.4} {unit}");
}

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

/// CPU time of the whole process.
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills the struct it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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

/// Puts the calling thread on the index-th CPU of BENCH_CPUS.
pub fn pin(index: usize) {
    let list = std::env::var("BENCH_CPUS").unwrap_or_default();
    let cpus: Vec<usize> = list.split(',').filter_map(|cpu| cpu.parse().ok()).collect();
    if cpus.is_empty() {
        return;
    }
    // SAFETY: an all-zero cpu_set_t is an empty set.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpus[index % cpus.len()], &mut set);
        assert_eq!(libc::sched_setaffinity(0, std::mem::size_of_val(&set), &set), 0);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let wanted = arguments.get(1).map_or("list", String::as_str);
    let rows = tasks::ROWS.iter().chain(threads::ROWS);

    if let Some(number) = arguments.get(2).and_then(|text| text.parse::<usize>().ok()) {
        DIVISOR.store(number.max(1), Relaxed);
    }
    if wanted == "list" {
        rows.for_each(|(name, _)| println!("{name}"));
    } else if let Some((name, run)) = rows.into_iter().find(|(name, _)| *name == wanted) {
        run(name);
    } else {
        eprintln!("no workload called '{wanted}'; 'list' shows them");
        std::process::exit(2);
    }
}

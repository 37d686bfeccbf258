//! What the Rust programs of the benchmarks share: `PROGRAM list`, `PROGRAM WORKLOAD [DIVISOR]` prints
//! `name value unit` per measured run.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

pub const RUNS: usize = 3;
pub type Row = (&'static str, fn(&'static str));

static DIVISOR: AtomicUsize = AtomicUsize::new(1);

pub fn divisor() -> usize {
    DIVISOR.load(Relaxed)
}

pub fn count(full: usize) -> usize {
    (full / divisor()).max(1)
}

pub fn show(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.4} {unit}");
}

pub fn show_p50(name: &str, mut samples: Vec<Duration>) {
    samples.sort();
    show(name, samples[samples.len() / 2].as_nanos() as f64 / 1e3, "us");
}

/// CPU time of the whole process.
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills the struct it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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

/// Runs the workload that the arguments name, or lists them.
pub fn run(parts: &[&[Row]]) {
    let arguments: Vec<String> = std::env::args().collect();
    let wanted = arguments.get(1).map_or("list", String::as_str);
    let mut rows = parts.iter().copied().flatten();

    if let Some(number) = arguments.get(2).and_then(|text| text.parse::<usize>().ok()) {
        DIVISOR.store(number.max(1), Relaxed);
    }
    if wanted == "list" {
        rows.for_each(|(name, _)| println!("{name}"));
    } else if let Some((name, run)) = rows.find(|(name, _)| *name == wanted) {
        run(name);
    } else {
        eprintln!("no workload called '{wanted}'; 'list' shows them");
        std::process::exit(2);
    }
}

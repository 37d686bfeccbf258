//! Tokio in the benchmarks of executors: `tokio-peer list`, `tokio-peer WORKLOAD [DIVISOR]`.

mod jobs;
mod work;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub const RUNS: usize = 3;
pub type Row = (&'static str, fn(&str));

static DIVISOR: AtomicUsize = AtomicUsize::new(1);

pub fn divisor() -> usize {
    DIVISOR.load(Relaxed)
}

pub fn count(full: usize) -> usize {
    (full / divisor()).max(1)
}

pub fn cpus() -> usize {
    std::thread::available_parallelism().expect("a number of CPUs").get()
}

pub fn show(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.4} {unit}");
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

fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills the struct it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

pub fn show_p50(name: &str, mut samples: Vec<Duration>) {
    samples.sort();
    show(name, samples[samples.len() / 2].as_nanos() as f64 / 1e3, "us");
}

pub fn check_sum(sum: usize, number: usize) {
    assert_eq!(sum, number * (number - 1) / 2, "the sum of the results");
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
    let rows = jobs::ROWS.iter().chain(work::ROWS);

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

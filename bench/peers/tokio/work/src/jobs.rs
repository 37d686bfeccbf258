//! spawn_blocking, asked for by a thread and by a task of the current-thread runtime.

use crate::{check_sum, cpus, Clock};
use frame::{count, pin, show_p50, Row, RUNS};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{spawn_blocking, JoinHandle};

pub const ROWS: &[Row] = &[
    ("trip_same", trips),
    ("trip_other", trips),
    ("trip_free", trips),
    ("flow_1", flow),
    ("flow_all", flow),
    ("loop_trip_same", loop_trips),
    ("loop_trip_other", loop_trips),
    ("loop_trip_free", loop_trips),
    ("loop_flow_1", loop_flow),
    ("loop_flow_all", loop_flow),
];

const TRIPS: usize = 20_000;
const JOBS: usize = 1_000_000;
const IN_FLIGHT: usize = 1000;

/// Its one blocking thread goes to the first CPU, the caller to the second; of several, each stays
/// where the kernel puts it.
fn open(workers: usize) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().max_blocking_threads(workers).thread_keep_alive(Duration::from_secs(3600));
    if workers == 1 {
        builder.on_thread_start(|| pin(0));
    }
    pin(1);
    builder.build().expect("a runtime")
}

fn workers(name: &str) -> usize {
    if name.ends_with("_all") { cpus() } else { 1 }
}

/// The caller waits with `Handle::block_on`, which parks its thread: Tokio's own way out.
fn trips(name: &str) {
    let runtime = open(1);
    let handle = runtime.handle();
    for run in 0..=RUNS {
        let samples = (0..count(TRIPS))
            .map(|number| {
                let start = Instant::now();
                let job = handle.spawn_blocking(move || number);
                assert_eq!(handle.block_on(job).expect("no panics here"), number);
                start.elapsed()
            })
            .collect();
        if run > 0 {
            show_p50(name, samples);
        }
    }
}

/// The oldest result is taken, and one more submitted, a thousand in flight.
fn flow(name: &str) {
    let runtime = open(workers(name));
    let handle = runtime.handle();
    let jobs = count(JOBS);
    for run in 0..=RUNS {
        let start = Clock::start();
        let sum = handle.block_on(async {
            let mut flying: VecDeque<JoinHandle<usize>> = VecDeque::with_capacity(IN_FLIGHT);
            let mut sum = 0;
            for number in 0..jobs {
                if flying.len() == IN_FLIGHT {
                    sum += flying.pop_front().expect("a job").await.expect("no panics here");
                }
                flying.push_back(handle.spawn_blocking(move || number));
            }
            for job in flying {
                sum += job.await.expect("no panics here");
            }
            sum
        });
        if run > 0 {
            start.spent().show(name, jobs);
        }
        check_sum(sum, jobs);
    }
}

fn loop_trips(name: &str) {
    let runtime = open(1);
    for run in 0..=RUNS {
        let samples = runtime.block_on(async {
            let mut samples = Vec::with_capacity(count(TRIPS));
            for number in 0..count(TRIPS) {
                let start = Instant::now();
                let answer = spawn_blocking(move || number).await.expect("no panics here");
                samples.push(start.elapsed());
                assert_eq!(answer, number);
            }
            samples
        });
        if run > 0 {
            show_p50(name, samples);
        }
    }
}

/// A thousand tasks, each with one job at a time.
fn loop_flow(name: &str) {
    let runtime = open(workers(name));
    let jobs = count(JOBS);
    for run in 0..=RUNS {
        let start = Clock::start();
        let sum = runtime.block_on(async {
            let tasks: Vec<_> = (0..IN_FLIGHT.min(jobs))
                .map(|first| {
                    tokio::spawn(async move {
                        let mut sum = 0;
                        for number in (first..jobs).step_by(IN_FLIGHT) {
                            sum += spawn_blocking(move || number).await.expect("no panics here");
                        }
                        sum
                    })
                })
                .collect();
            let mut sum = 0;
            for task in tasks {
                sum += task.await.expect("no panics here");
            }
            sum
        });
        if run > 0 {
            start.spent().show(name, jobs);
        }
        check_sum(sum, jobs);
    }
}

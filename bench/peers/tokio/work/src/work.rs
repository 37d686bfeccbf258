//! All CPUs: a millisecond's work by spawn_blocking, and tasks of the multi-thread runtime.

use crate::{check_sum, cpus, Clock, Spent};
use frame::{count, divisor, show, Row, RUNS};
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{spawn_blocking, yield_now};

pub const ROWS: &[Row] = &[
    ("map_threads", map),
    ("batch_yield", |name| batch(name, yields)),
    ("batch_sleep", |name| batch(name, sleeps)),
];

// ---- a millisecond's work on all CPUs ----

const SEEDS: usize = 8;

fn rounds() -> u64 {
    let full = std::env::var("BENCH_SPIN").ok().and_then(|text| text.parse().ok());
    full.unwrap_or(500_000) / divisor() as u64 + 1
}

fn spin(seed: u64, rounds: u64) -> u64 {
    (0..rounds).fold(seed, |x, _| {
        (x ^ x >> 31).wrapping_mul(6364136223846793005).wrapping_add(1)
    })
}

/// The results of the same jobs one after the other, and the median time of one.
fn alone(rounds: u64) -> ([u64; SEEDS], Duration) {
    let mut results = [0; SEEDS];
    let mut samples: Vec<Duration> = (0..25 * SEEDS)
        .map(|turn| {
            let seed = std::hint::black_box(turn % SEEDS);
            let start = Instant::now();
            results[seed] = spin(seed as u64, rounds);
            start.elapsed()
        })
        .collect();
    samples.sort();
    (results, samples[samples.len() / 2])
}

fn map(name: &str) {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(cpus())
        .build()
        .expect("a runtime");
    let rounds = rounds();
    let jobs = count(1000) * cpus();
    for run in 0..=RUNS {
        let (results, job_time) = alone(rounds);
        let start = Instant::now();
        let answers = runtime.block_on(async {
            let handles: Vec<_> = (0..jobs)
                .map(|job| spawn_blocking(move || spin((job % SEEDS) as u64, rounds)))
                .collect();
            let mut answers = Vec::with_capacity(jobs);
            for handle in handles {
                answers.push(handle.await.expect("no panics here"));
            }
            answers
        });
        let elapsed = start.elapsed();
        for (job, answer) in answers.iter().enumerate() {
            assert_eq!(*answer, results[job % SEEDS]);
        }
        if run > 0 {
            show(&format!("{name}.alone"), job_time.as_nanos() as f64 / 1e3, "us");
            let ideal = job_time.as_nanos() as f64 * jobs as f64 / cpus() as f64;
            show(name, ideal / elapsed.as_nanos() as f64, "of-ideal");
        }
    }
}

// ---- many tasks on one worker and on two ----

async fn yields(number: usize) -> usize {
    for _ in 0..10 {
        yield_now().await;
    }
    number
}

async fn sleeps(number: usize) -> usize {
    tokio::time::sleep(Duration::from_millis(1)).await;
    number
}

fn workers(number: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(number).enable_time().build().expect("a runtime")
}

/// A task of the runtime spawns them: from outside each would go through the common queue.
fn timed<F>(runtime: &Runtime, fun: fn(usize) -> F, number: usize) -> Spent
where
    F: Future<Output = usize> + Send + 'static,
{
    let start = Clock::start();
    let parent = runtime.spawn(async move {
        let tasks: Vec<_> = (0..number).map(|i| tokio::spawn(fun(i))).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.expect("no panics here");
        }
        sum
    });
    let sum = runtime.block_on(parent).expect("no panics here");
    let spent = start.spent();
    check_sum(sum, number);
    spent
}

fn batch<F>(name: &str, fun: fn(usize) -> F)
where
    F: Future<Output = usize> + Send + 'static,
{
    let (one, two) = (workers(1), workers(2));
    let number = count(100_000);
    for run in 0..=RUNS {
        let (alone, both) = (timed(&one, fun, number), timed(&two, fun, number));
        if run > 0 {
            alone.show(&format!("{name}_1"), number);
            both.show(&format!("{name}_2"), number);
            let ratio = alone.wall.as_nanos() as f64 / both.wall.as_nanos() as f64;
            show(&format!("{name}_ratio"), ratio, "times");
        }
    }
}

//! What one thread does with tasks and timers.

use crate::{far_away, memory, per_op, random, runtime, HOUR};
use frame::{count, cpu_time, show, Row, RUNS};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, Notify};
use tokio::task::{yield_now, JoinHandle};
use tokio::time::{sleep, timeout, Sleep};

pub const ROWS: &[Row] = &[
    ("yield_2", |name| yield_many(name, 2)),
    ("yield_1000", |name| yield_many(name, 1000)),
    ("spawn_await", spawn_await),
    ("spawn_join_100k", spawn_join),
    ("future_trip", future_trip),
    ("event_trip", event_trip),
    ("queue_trip", queue_trip),
    ("gather_10k", gather),
    ("timer_churn", timer_churn),
    ("timer_cancel", timer_cancel),
    ("timeout_yield", timeout_yield),
    ("sleep_1m", sleep_many),
    ("park_1m", park_many),
];

const LIVE: usize = 10_000;
const BATCH: usize = 1000;

async fn yielder(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

async fn join_all<T>(handles: Vec<JoinHandle<T>>) {
    for handle in handles {
        handle.await.expect("no panics here");
    }
}

fn yield_many(name: &str, tasks: usize) {
    per_op(name, count(4_000_000), RUNS, |ops| async move {
        join_all((0..tasks).map(|_| tokio::spawn(yielder(ops / tasks))).collect()).await;
    });
}

fn spawn_await(name: &str) {
    per_op(name, count(1_000_000), RUNS, |ops| async move {
        for _ in 0..ops {
            tokio::spawn(async {}).await.expect("no panics here");
        }
    });
}

fn spawn_join(name: &str) {
    per_op(name, count(100_000), RUNS, |ops| async move {
        join_all((0..ops).map(|_| tokio::spawn(async {})).collect()).await;
    });
}

/// A message is a one-shot channel that carries the sender of the next one.
struct Letter(oneshot::Sender<Letter>);

/// Answers every letter with one; the peer of `future_trip`.
async fn answer(mut inbox: oneshot::Receiver<Letter>) {
    while let Ok(Letter(reply)) = inbox.await {
        let (next, receiver) = oneshot::channel();
        inbox = receiver;
        let _ = reply.send(Letter(next));
    }
}

fn future_trip(name: &str) {
    per_op(name, count(1_000_000), RUNS, |ops| async move {
        let (mut outbox, inbox) = oneshot::channel();
        tokio::spawn(answer(inbox));
        for _ in 0..ops {
            let (reply, receiver) = oneshot::channel();
            let _ = outbox.send(Letter(reply));
            outbox = receiver.await.expect("an answer").0;
        }
    });
}

fn event_trip(name: &str) {
    per_op(name, count(1_000_000), RUNS, |ops| async move {
        let there = Arc::new(Notify::new());
        let back = Arc::new(Notify::new());
        let (hears, rings) = (there.clone(), back.clone());
        tokio::spawn(async move {
            for _ in 0..ops {
                hears.notified().await;
                rings.notify_one();
            }
        });
        for _ in 0..ops {
            there.notify_one();
            back.notified().await;
        }
    });
}

fn queue_trip(name: &str) {
    per_op(name, count(1_000_000), RUNS, |ops| async move {
        let (there, mut inbox) = mpsc::channel(1);
        let (back, mut answers) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(value) = inbox.recv().await {
                if back.send(value).await.is_err() {
                    break;
                }
            }
        });
        for number in 0..ops {
            there.send(number).await.expect("a receiver");
            answers.recv().await.expect("an answer");
        }
    });
}

fn gather(name: &str) {
    per_op(name, count(10_000), 10, |ops| async move {
        join_all((0..ops).map(|_| tokio::spawn(yielder(1))).collect()).await;
    });
}

struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

/// A sleep is in the wheel only once it was polled.
fn arm(timer: Pin<&mut Sleep>, waker: &Waker) {
    assert_eq!(timer.poll(&mut Context::from_waker(waker)), Poll::Pending);
}

fn armed_timers(number: usize) -> Vec<Pin<Box<Sleep>>> {
    let waker = Arc::new(Nobody).into();
    (0..number)
        .map(|_| {
            let mut timer = Box::pin(sleep(far_away()));
            arm(timer.as_mut(), &waker);
            timer
        })
        .collect()
}

/// One boxed sleep is armed again and again: no allocation inside the clock.
fn timer_churn(name: &str) {
    runtime().block_on(async {
        let _live = armed_timers(LIVE);
        let delays: Vec<Duration> = (0..BATCH).map(|_| far_away()).collect();
        let ops = count(2_000_000);
        let waker = Arc::new(Nobody).into();
        let mut place: Pin<Box<Option<Sleep>>> = Box::pin(None);
        for run in 0..=RUNS {
            let start = Instant::now();
            for i in 0..ops {
                place.set(Some(sleep(delays[i % BATCH])));
                arm(place.as_mut().as_pin_mut().expect("just set"), &waker);
                place.set(None);
                if i % BATCH == BATCH - 1 {
                    yield_now().await;
                }
            }
            if run > 0 {
                show(name, start.elapsed().as_nanos() as f64 / ops as f64, "ns");
            }
        }
    });
}

fn timer_cancel(name: &str) {
    runtime().block_on(async {
        for run in 0..=10 {
            let mut timers: Vec<_> = armed_timers(LIVE).into_iter().map(Some).collect();
            for i in 0..LIVE {
                timers.swap(i, random() as usize % (i + 1));
            }
            let start = Instant::now();
            for (i, timer) in timers.iter_mut().enumerate() {
                *timer = None;
                if i % BATCH == BATCH - 1 {
                    yield_now().await;
                }
            }
            if run > 0 {
                show(name, start.elapsed().as_nanos() as f64 / LIVE as f64, "ns");
            }
        }
    });
}

fn timeout_yield(name: &str) {
    per_op(name, count(1_000_000), RUNS, |ops| async move {
        for _ in 0..ops {
            timeout(HOUR, yield_now()).await.expect("not an hour yet");
        }
    });
}

fn sleep_many(name: &str) {
    runtime().block_on(async {
        let ops = count(1_000_000);
        for run in 0..=1 {
            let start = cpu_time();
            let nap = || sleep(Duration::from_nanos(random() % 1_000_000_000));
            join_all((0..ops).map(|_| tokio::spawn(nap())).collect()).await;
            if run > 0 {
                show(name, (cpu_time() - start).as_nanos() as f64 / ops as f64, "ns");
            }
        }
    });
}

/// Cold, as memory is what it is about: only a thousand tasks come before it.
fn park_many(name: &str) {
    runtime().block_on(async {
        let park = |number: usize| async move {
            for _ in 0..number {
                drop(tokio::spawn(sleep(HOUR)));
            }
            // A turn polls up to 61 tasks: come back until all of them have had theirs.
            for _ in 0..=number / 61 + 1 {
                yield_now().await;
            }
        };
        let ops = count(1_000_000);
        park(1000).await;
        let before = memory();
        let start = Instant::now();
        park(ops).await;
        let elapsed = start.elapsed();
        show(name, elapsed.as_nanos() as f64 / ops as f64, "ns");
        show("park_bytes", (memory() - before) / ops as f64, "bytes");
        std::process::exit(0);
    });
}

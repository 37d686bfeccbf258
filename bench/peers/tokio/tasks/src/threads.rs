//! What a thread asks of a runtime that runs in another thread.

use crate::runtime;
use frame::{count, pin, show, Row, RUNS};
use std::sync::atomic::{AtomicUsize, Ordering::{Acquire, Relaxed, Release}};
use std::sync::mpsc as std_mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

pub const ROWS: &[Row] = &[
    ("submit_same", submit_trips),
    ("submit_other", submit_trips),
    ("post_1", |name| post(name, 1)),
    ("post_2", |name| post(name, 2)),
    ("submit_1", submit_many),
];

/// A current-thread runtime in a thread of its own; it ends when the value is dropped.
struct LoopThread {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl LoopThread {
    fn open() -> Self {
        let (tell, told) = std_mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            pin(0);
            let runtime = runtime();
            tell.send(runtime.handle().clone()).expect("a listener");
            let _ = runtime.block_on(stopped);
        });
        let handle = told.recv().expect("a runtime");
        LoopThread { handle, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for LoopThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("no panics here");
        }
    }
}

/// The caller waits with `Handle::block_on`, which parks its thread: Tokio's own way out.
fn submit_trips(name: &str) {
    let here = LoopThread::open();
    pin(1);
    for run in 0..=RUNS {
        let mut samples: Vec<Duration> = (0..count(20_000))
            .map(|number| {
                let start = Instant::now();
                let job = here.handle.spawn(async move { number });
                here.handle.block_on(job).expect("no panics here");
                start.elapsed()
            })
            .collect();
        samples.sort();
        if run > 0 {
            show(name, samples[samples.len() / 2].as_nanos() as f64 / 1e3, "us");
        }
    }
}

type Call = Box<dyn FnOnce() + Send>;

/// Boxed functions through an unbounded channel to the one task that calls them.
fn post(name: &str, producers: usize) {
    let here = LoopThread::open();
    let (sender, mut calls) = mpsc::unbounded_channel::<Call>();
    let ops = count(1_000_000) / producers * producers;

    here.handle.spawn(async move {
        while let Some(call) = calls.recv().await {
            call();
        }
    });
    for run in 0..=RUNS {
        let flood: &'static Flood = Box::leak(Box::new(Flood {
            left: AtomicUsize::new(ops),
            waiter: thread::current(),
        }));
        let start = Instant::now();
        let threads: Vec<_> = (0..producers)
            .map(|p| {
                let sender = sender.clone();
                thread::spawn(move || {
                    pin(1 + p);
                    for _ in 0..ops / producers {
                        let _ = sender.send(Box::new(|| flood.called()));
                    }
                })
            })
            .collect();
        while flood.left.load(Acquire) > 0 {
            thread::park();
        }
        if run > 0 {
            show(name, ops as f64 * 1e3 / start.elapsed().as_nanos() as f64, "M/s");
        }
        for thread in threads {
            thread.join().expect("no panics here");
        }
    }
}

struct Flood {
    left: AtomicUsize,
    waiter: thread::Thread,
}

impl Flood {
    fn called(&self) {
        let before = self.left.load(Relaxed); // only the loop's thread counts
        self.left.store(before - 1, Release);
        if before == 1 {
            self.waiter.unpark();
        }
    }
}

/// Whole tasks with their results, a thousand at a time.
fn submit_many(name: &str) {
    const BATCH: usize = 1000;
    let here = LoopThread::open();
    let batches = count(500);

    pin(1);
    for run in 0..=RUNS {
        let start = Instant::now();
        for _ in 0..batches {
            let jobs: Vec<_> = (0..BATCH).map(|i| here.handle.spawn(async move { i })).collect();
            here.handle.block_on(async {
                for job in jobs {
                    job.await.expect("no panics here");
                }
            });
        }
        if run > 0 {
            let ops = (batches * BATCH) as f64;
            show(name, ops * 1e3 / start.elapsed().as_nanos() as f64, "M/s");
        }
    }
}

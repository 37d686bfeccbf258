//! Counts operations for $BENCH_SECONDS, after a quarter of it to warm up, and prints how many
//! there were in a second and what CPU time this process took for one.

use frame::cpu_time;
use std::time::{Duration, Instant};

const STRIDE: u64 = 16; // operations between looks at the clock

pub struct Span {
    name: &'static str,
    begin: Instant,
    end: Instant,
    began: Option<(Instant, Duration)>, // None: it still warms up
    count: u64,
}

impl Span {
    pub fn new(name: &'static str) -> Span {
        let text = std::env::var("BENCH_SECONDS").unwrap_or_default();
        let length = Duration::from_secs_f64(text.parse().unwrap_or(1.0));
        let begin = Instant::now() + length / 4;
        Span { name, begin, end: begin + length, began: None, count: 0 }
    }

    /// One more. When the time is up it prints, and ends the process.
    pub fn count(&mut self) {
        self.count += 1;
        if self.count % STRIDE != 0 {
            return;
        }
        let now = Instant::now();
        if self.began.is_none() && now >= self.begin {
            self.began = Some((now, cpu_time()));
            self.count = 0;
        }
        if now >= self.end && self.count > 0 {
            self.print(now);
            std::process::exit(0);
        }
    }

    fn print(&self, now: Instant) {
        let (began, cpu) = self.began.expect("the warm-up is over");
        let rate = self.count as f64 / 1e3 / (now - began).as_secs_f64();
        let used = (cpu_time() - cpu).as_secs_f64() * 1e6 / self.count as f64;
        println!("{0} {rate:.4} k/s\n{0}.cpu {used:.4} us", self.name);
    }
}

//! Tokio's side of the I/O benchmarks, on its current-thread runtime.

mod span;

use frame::Row;
use span::Span;
use std::alloc::{alloc_zeroed, Layout};
use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::rc::Rc;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{spawn, spawn_blocking, LocalSet};

const CHUNK: usize = 64 * 1024;
const PAGE: usize = 4096;

const ROWS: &[Row] = &[
    ("serve", serve),
    ("cached_1", read),
    ("cached_64", read),
    ("direct_1", read),
    ("direct_64", read),
    ("spawn", run_processes),
];

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_io().build().expect("a runtime")
}

// ---- echo ----

async fn echo(mut client: TcpStream) {
    let mut data = vec![0; CHUNK];
    while let Ok(got) = client.read(&mut data).await {
        if got == 0 || client.write_all(&data[..got]).await.is_err() {
            break;
        }
    }
}

fn serve(_: &'static str) {
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("port {}", listener.local_addr().expect("its address").port());
        loop {
            if let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).expect("TCP_NODELAY");
                spawn(echo(client));
            }
        }
    });
}

// ---- files ----

/// Memory of a page, at a multiple of its size, as O_DIRECT wants it.
fn aligned() -> &'static mut [u8] {
    let layout = Layout::from_size_align(PAGE, PAGE).expect("a power of two");
    // SAFETY: the allocation has this size, and is never freed.
    unsafe { std::slice::from_raw_parts_mut(alloc_zeroed(layout), PAGE) }
}

/// xorshift, each reader from a seed of its own.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// There is no read at an offset in tokio::fs; this is how its own functions are made.
async fn read_pages(file: Arc<File>, seed: u64, span: Rc<RefCell<Span>>) {
    let pages = file.metadata().expect("its size").len() / PAGE as u64;
    let mut memory = aligned();
    let mut state = seed;
    loop {
        let file = file.clone();
        let page = random(&mut state) % pages;
        memory = spawn_blocking(move || {
            file.read_exact_at(memory, page * PAGE as u64).expect("a page");
            memory
        })
        .await
        .expect("no panic");
        assert_eq!(memory[..8], page.to_le_bytes(), "the page that was asked for");
        span.borrow_mut().count();
    }
}

fn read(name: &'static str) {
    let path = std::env::var("BENCH_FILE").expect("BENCH_FILE");
    let flags = if name.starts_with("direct") { libc::O_DIRECT } else { 0 };
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).expect("BENCH_FILE");
    let depth: u64 = name.rsplit('_').next().and_then(|text| text.parse().ok()).expect("a depth");
    let (file, span) = (Arc::new(file), Rc::new(RefCell::new(Span::new(name))));
    let local = LocalSet::new();
    for i in 1..=depth {
        local.spawn_local(read_pages(file.clone(), i * 88172645463325252, span.clone()));
    }
    runtime().block_on(local);
}

// ---- processes ----

fn run_processes(name: &'static str) {
    let mut span = Span::new(name);
    runtime().block_on(async {
        loop {
            let status = Command::new("/bin/true").status().await.expect("/bin/true");
            assert!(status.success());
            span.count();
        }
    });
}

fn main() {
    frame::run(&[ROWS]);
}

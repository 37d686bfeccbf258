// Boost.Asio's side of the benchmarks: C++20 coroutines on one io_context.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/version.hpp>

#include <cstdint>
#include <future>
#include <semaphore>
#include <thread>
#include <unistd.h>
#include <vector>

#include "../bench.h"

#if BOOST_VERSION < 108100
#error "needs Boost 1.81: channels, as_tuple and cancellation slots"
#endif

namespace asio = boost::asio;
using context = asio::io_context;

// Everything names the context's own executor instead of the default, the type-erased
// any_io_executor: a fifth to a half faster.
using executor_type = context::executor_type;
template <class T> using awaitable = asio::awaitable<T, executor_type>;
constexpr asio::use_awaitable_t<executor_type> use_awaitable;
using clock_type = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock_type, asio::wait_traits<clock_type>, executor_type>;
using namespace std::chrono_literals;

namespace
{

constexpr int runs = 3;
constexpr int live = 10000;
constexpr int batch = 1000;

// One thread runs the context, and others may still post to it.
constexpr int one_thread = 1;

awaitable<void> yield()
{
    return asio::post(use_awaitable);
}

// Runs body(ops) as a coroutine, once to warm up and then `times` times; prints time per operation.
template <class Body>
void per_op(const char *name, long ops, Body body, int times = runs, int64_t (*clock)() = bench_now)
{
    context ctx(one_thread);

    for (int run = 0; run <= times; run++) {
        int64_t start = clock();

        asio::co_spawn(ctx, body(ops), asio::detached);
        ctx.run();
        ctx.restart();
        if (run > 0)
            bench_print_ns(name, clock() - start, ops);
    }
}

// Spawns `count` coroutines and waits until the last has ended: a counter and a timer to cancel are
// the cheapest join there is.
template <class Make>
awaitable<void> spawn_join(long count, Make make)
{
    auto executor = co_await asio::this_coro::executor;
    timer ended(executor, timer::time_point::max());
    long left = count;

    for (long i = 0; i < count; i++)
        asio::co_spawn(executor, make(), [&](std::exception_ptr) {
            if (--left == 0)
                ended.cancel();
        });
    co_await ended.async_wait(asio::as_tuple(use_awaitable));
}

// ---- tasks ----

awaitable<void> nothing()
{
    co_return;
}

awaitable<void> yielder(long times)
{
    for (long i = 0; i < times; i++)
        co_await yield();
}

void run_yield(const char *name, long tasks)
{
    per_op(name, bench_count(4000000), [=](long ops) {
        return spawn_join(tasks, [=] { return yielder(ops / tasks); });
    });
}

void run_yield_2(const char *name)
{
    run_yield(name, 2);
}

void run_yield_1000(const char *name)
{
    run_yield(name, 1000);
}

void run_spawn_await(const char *name)
{
    per_op(name, bench_count(1000000), [](long ops) -> awaitable<void> {
        auto executor = co_await asio::this_coro::executor;

        for (long i = 0; i < ops; i++)
            co_await asio::co_spawn(executor, nothing(), use_awaitable);
    });
}

void run_spawn_join(const char *name)
{
    per_op(name, bench_count(100000), [](long ops) { return spawn_join(ops, nothing); });
}

void run_gather(const char *name)
{
    per_op(name, bench_count(10000), [](long ops) {
        return spawn_join(ops, [] { return yielder(1); });
    }, 10);
}

template <class... Values>
using channel_of =
    asio::experimental::basic_channel<executor_type, asio::experimental::channel_traits<>,
                                      void(boost::system::error_code, Values...)>;
using channel = channel_of<long>;
using event = channel_of<>; // of one place: a bell that stays rung

awaitable<void> channel_answer(channel &there, channel &back, long ops)
{
    for (long i = 0; i < ops; i++) {
        long value = co_await there.async_receive(use_awaitable);

        co_await back.async_send({}, value, use_awaitable);
    }
}

awaitable<void> event_answer(event &there, event &back, long ops)
{
    for (long i = 0; i < ops; i++) {
        co_await there.async_receive(use_awaitable);
        back.try_send(boost::system::error_code{});
    }
}

void run_event_trip(const char *name)
{
    per_op(name, bench_count(500000), [](long ops) -> awaitable<void> {
        auto executor = co_await asio::this_coro::executor;
        event there(executor, 1), back(executor, 1);

        asio::co_spawn(executor, event_answer(there, back, ops), asio::detached);
        for (long i = 0; i < ops; i++) {
            there.try_send(boost::system::error_code{});
            co_await back.async_receive(use_awaitable);
        }
        co_await yield(); // the other side ends before its events do
    });
}

void channel_trip(const char *name, std::size_t room)
{
    per_op(name, bench_count(500000), [=](long ops) -> awaitable<void> {
        auto executor = co_await asio::this_coro::executor;
        channel there(executor, room), back(executor, room);

        asio::co_spawn(executor, channel_answer(there, back, ops), asio::detached);
        for (long i = 0; i < ops; i++) {
            co_await there.async_send({}, i, use_awaitable);
            co_await back.async_receive(use_awaitable);
        }
        co_await yield();
    });
}

void run_future_trip(const char *name)
{
    channel_trip(name, 0); // a rendezvous: every value is handed straight to the waiter
}

void run_queue_trip(const char *name)
{
    channel_trip(name, 1);
}

// ---- timers ----

std::chrono::nanoseconds far_away()
{
    return 100s + std::chrono::nanoseconds(bench_random() % 3600000000000u);
}

void on_timer(boost::system::error_code) {}

std::vector<timer> timers_start(context &ctx, long count)
{
    std::vector<timer> timers;

    timers.reserve(count);
    for (long i = 0; i < count; i++) {
        timers.emplace_back(ctx, far_away());
        timers.back().async_wait(on_timer);
    }
    return timers;
}

void run_timer_churn(const char *name)
{
    context ctx(one_thread);
    auto timers = timers_start(ctx, live);
    std::vector<std::chrono::nanoseconds> delays(batch);
    long ops = bench_count(2000000);
    timer one(ctx);

    for (auto &delay : delays)
        delay = far_away();
    for (int run = 0; run <= runs; run++) {
        int64_t start = bench_now();

        for (long i = 0; i < ops; i++) {
            one.expires_after(delays[i % batch]);
            one.async_wait(on_timer);
            one.cancel();
            if (i % batch == batch - 1)
                ctx.poll(); // runs the handlers of what was cancelled
        }
        if (run > 0)
            bench_print_ns(name, bench_now() - start, ops);
    }
}

void run_timer_cancel(const char *name)
{
    static int order[live];
    context ctx(one_thread);

    bench_shuffle(order, live);
    for (int run = 0; run <= 10; run++) {
        auto timers = timers_start(ctx, live);
        int64_t start = bench_now();

        for (int i = 0; i < live; i++) {
            timers[order[i]].cancel();
            if (i % batch == batch - 1)
                ctx.poll();
        }
        if (run > 0)
            bench_print_ns(name, bench_now() - start, live);
        ctx.restart();
    }
}

// A timer that emits a cancellation signal into the operation: what cancel_after does in later
// versions, and several times cheaper than awaiting `operation || timer`.
void run_timeout_yield(const char *name)
{
    per_op(name, bench_count(500000), [](long ops) -> awaitable<void> {
        auto executor = co_await asio::this_coro::executor;
        asio::cancellation_signal signal;
        timer deadline(executor);

        for (long i = 0; i < ops; i++) {
            deadline.expires_after(1h);
            deadline.async_wait([&](boost::system::error_code error) {
                if (!error)
                    signal.emit(asio::cancellation_type::terminal);
            });
            co_await asio::post(asio::bind_cancellation_slot(signal.slot(), use_awaitable));
            deadline.cancel();
        }
    });
}

awaitable<void> sleeper(timer::duration delay)
{
    timer alarm(co_await asio::this_coro::executor, delay);

    co_await alarm.async_wait(use_awaitable);
}

void run_sleep(const char *name)
{
    per_op(name, bench_count(1000000), [](long ops) {
        return spawn_join(ops, [] {
            return sleeper(std::chrono::nanoseconds(bench_random() % 1000000000u));
        });
    }, 1, bench_cpu);
}

// Cold, as memory is what it is about: only a thousand coroutines come before it.
void run_park(const char *name)
{
    context ctx(one_thread);
    long count = bench_count(1000000);
    int64_t before, start, elapsed;

    for (int i = 0; i < 1000; i++)
        asio::co_spawn(ctx, sleeper(1h), asio::detached);
    ctx.poll();
    before = bench_memory();
    start = bench_now();
    for (long i = 0; i < count; i++)
        asio::co_spawn(ctx, sleeper(1h), asio::detached);
    ctx.poll();
    elapsed = bench_now() - start;
    bench_print_ns(name, elapsed, count);
    bench_print("park_bytes", (double)(bench_memory() - before) / (double)count, "bytes");
    _exit(0);
}

// ---- from another thread ----

struct loop_thread {
    context ctx{one_thread};
    asio::executor_work_guard<context::executor_type> work{ctx.get_executor()};
    std::thread thread{[this] {
        bench_pin(0);
        ctx.run();
    }};

    ~loop_thread()
    {
        work.reset();
        thread.join();
    }
};

awaitable<long> identity(long value)
{
    co_return value;
}

void run_submit(const char *name)
{
    loop_thread loop;
    std::vector<int64_t> samples(bench_count(20000));

    bench_pin(1);
    for (int run = 0; run <= runs; run++) {
        for (auto &sample : samples) {
            int64_t start = bench_now();

            asio::co_spawn(loop.ctx, identity(1), asio::use_future).get();
            sample = bench_now() - start;
        }
        if (run > 0)
            bench_print_p50(name, samples.data(), (long)samples.size());
    }
}

void flood(const char *name, int producers)
{
    loop_thread loop;
    long ops = bench_count(1000000) / producers * producers;

    for (int run = 0; run <= runs; run++) {
        std::vector<std::thread> threads;
        std::binary_semaphore done(0);
        long left = ops; // touched by the loop's thread only
        int64_t start = bench_now();

        for (int p = 0; p < producers; p++)
            threads.emplace_back([&, p] {
                bench_pin(1 + p);
                for (long i = 0; i < ops / producers; i++)
                    asio::post(loop.ctx, [&] {
                        if (--left == 0)
                            done.release();
                    });
            });
        done.acquire();
        if (run > 0)
            bench_print_rate(name, bench_now() - start, ops);
        for (auto &thread : threads)
            thread.join();
    }
}

void run_post_1(const char *name)
{
    flood(name, 1);
}

void run_post_2(const char *name)
{
    flood(name, 2);
}

void run_submit_1(const char *name)
{
    loop_thread loop;
    std::vector<std::future<long>> jobs(batch);
    long batches = bench_count(500);

    bench_pin(1);
    for (int run = 0; run <= runs; run++) {
        int64_t start = bench_now();

        for (long i = 0; i < batches; i++) {
            for (auto &job : jobs)
                job = asio::co_spawn(loop.ctx, identity(i), asio::use_future);
            for (auto &job : jobs)
                job.get();
        }
        if (run > 0)
            bench_print_rate(name, bench_now() - start, batches * batch);
    }
}

const bench_row rows[] = {
    { "yield_2", run_yield_2 },
    { "yield_1000", run_yield_1000 },
    { "spawn_await", run_spawn_await },
    { "spawn_join_100k", run_spawn_join },
    { "gather_10k", run_gather },
    { "event_trip", run_event_trip },
    { "future_trip", run_future_trip },
    { "queue_trip", run_queue_trip },
    { "timer_churn", run_timer_churn },
    { "timer_cancel", run_timer_cancel },
    { "timeout_yield", run_timeout_yield },
    { "sleep_1m", run_sleep },
    { "park_1m", run_park },
    { "submit_same", run_submit },
    { "submit_other", run_submit },
    { "post_1", run_post_1 },
    { "post_2", run_post_2 },
    { "submit_1", run_submit_1 },
};

} // namespace

BENCH_MAIN(rows)

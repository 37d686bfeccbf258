// Boost.Asio in the benchmarks of executors: its thread_pool, and an io_context for each loop.
#include <boost/asio.hpp>
#include <boost/version.hpp>

#include <future>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "../jobs.h"

#if BOOST_VERSION < 108100
#error "needs Boost 1.81"
#endif

namespace asio = boost::asio;
using context = asio::io_context;
using executor_type = context::executor_type;
template <class T> using awaitable = asio::awaitable<T, executor_type>;
constexpr asio::use_awaitable_t<executor_type> use_awaitable;

namespace
{

constexpr int one_thread = 1;

// One worker goes to the first CPU; of several, each stays where the kernel puts it.
std::unique_ptr<asio::thread_pool> open_pool(int workers)
{
    auto pool = std::make_unique<asio::thread_pool>(workers);

    if (workers == 1)
        asio::post(*pool, asio::use_future([] { bench_pin(0); })).get();
    bench_pin(1);
    return pool;
}

// ---- from a thread ----

auto submit(asio::thread_pool &pool, long value)
{
    return asio::post(pool, asio::use_future([value] { return value; }));
}

void run_trips(const char *name)
{
    auto pool = open_pool(1);
    std::vector<int64_t> samples(bench_count(TRIPS));

    for (int run = 0; run <= RUNS; run++) {
        for (long i = 0; i < (long)samples.size(); i++) {
            int64_t start = bench_now();

            jobs_check(submit(*pool, i).get() == i, "a result");
            samples[i] = bench_now() - start;
        }
        if (run > 0)
            bench_print_p50(name, samples.data(), samples.size());
    }
}

void run_flow(const char *name)
{
    auto pool = open_pool(jobs_workers(name));
    long count = bench_count(JOBS);
    std::vector<std::future<long>> flying(IN_FLIGHT);

    for (int run = 0; run <= RUNS; run++) {
        jobs_time start = jobs_start();
        long sum = 0;

        for (long i = 0; i < count; i++) {
            auto &slot = flying[i % IN_FLIGHT];

            if (slot.valid())
                sum += slot.get();
            slot = submit(*pool, i);
        }
        for (auto &slot : flying)
            if (slot.valid())
                sum += slot.get();
        if (run > 0)
            jobs_print(name, jobs_since(start), count);
        jobs_check_sum(sum, count);
    }
}

// ---- from a coroutine: the least that awaits a function of another executor ----

template <class Function>
auto run_in(asio::thread_pool &pool, Function function)
{
    return asio::async_initiate<const decltype(use_awaitable) &, void(long)>(
        [&pool, function](auto handler) {
            auto guard = asio::make_work_guard(asio::get_associated_executor(handler));

            asio::post(pool, [function, guard, handler = std::move(handler)]() mutable {
                long result = function();

                asio::post(guard.get_executor(), [result, handler = std::move(handler)]() mutable {
                    std::move(handler)(result);
                });
            });
        },
        use_awaitable);
}

awaitable<void> trips_main(asio::thread_pool &pool, const char *name)
{
    std::vector<int64_t> samples(bench_count(TRIPS));

    for (int run = 0; run <= RUNS; run++) {
        for (long i = 0; i < (long)samples.size(); i++) {
            int64_t start = bench_now();

            jobs_check(co_await run_in(pool, [i] { return i; }) == i, "a result");
            samples[i] = bench_now() - start;
        }
        if (run > 0)
            bench_print_p50(name, samples.data(), samples.size());
    }
}

void run_loop_trips(const char *name)
{
    auto pool = open_pool(1);
    context ctx;

    asio::co_spawn(ctx, trips_main(*pool, name), asio::detached);
    ctx.run();
}

awaitable<void> flow_part(asio::thread_pool &pool, long first, long count, long &sum)
{
    for (long i = first; i < count; i += IN_FLIGHT)
        sum += co_await run_in(pool, [i] { return i; });
}

void run_loop_flow(const char *name)
{
    auto pool = open_pool(jobs_workers(name));
    long count = bench_count(JOBS);
    context ctx;

    for (int run = 0; run <= RUNS; run++) {
        jobs_time start = jobs_start();
        long sum = 0;

        for (long first = 0; first < IN_FLIGHT; first++)
            asio::co_spawn(ctx, flow_part(*pool, first, count, sum), asio::detached);
        ctx.run();
        ctx.restart();
        if (run > 0)
            jobs_print(name, jobs_since(start), count);
        jobs_check_sum(sum, count);
    }
}

// ---- all CPUs ----

void run_map(const char *name)
{
    spin_alone alone = {};
    long count = bench_count(SPIN_JOBS) * bench_cpus();
    std::vector<uint64_t> results(count);

    alone.rounds = spin_rounds();
    alone.cpus = bench_cpus();
    asio::thread_pool pool(alone.cpus);
    for (int run = 0; run <= RUNS; run++) {
        spin_alone_measure(&alone);
        int64_t start = bench_now();
        std::latch all(count);

        for (long i = 0; i < count; i++)
            asio::post(pool, [&, i] {
                results[i] = spin(spin_seed(i), alone.rounds);
                all.count_down();
            });
        all.wait();
        if (run > 0)
            spin_print(name, &alone, count, bench_now() - start);
        for (long i = 0; i < count; i++)
            spin_check(&alone, i, results[i]);
    }
}

// ---- coroutines on one context, and on two ----

using clock_type = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock_type, asio::wait_traits<clock_type>, executor_type>;

awaitable<long> yields(long number)
{
    for (int i = 0; i < YIELDS; i++)
        co_await asio::post(use_awaitable);
    co_return number;
}

awaitable<long> sleeps(long number)
{
    timer pause(co_await asio::this_coro::executor, std::chrono::milliseconds(1));

    co_await pause.async_wait(use_awaitable);
    co_return number;
}

// Each context is run by a thread of its own from the beginning; the last coroutine tells.
class loops
{
    struct loop {
        context ctx{one_thread};
        asio::executor_work_guard<executor_type> guard = asio::make_work_guard(ctx);
        std::thread thread{[this] { ctx.run(); }};
        std::promise<long> all;
        long left, sum;
    };
    std::vector<std::unique_ptr<loop>> loops_;

    template <class Body>
    static void spawn_part(loop &one, Body body, long first, long step, long count)
    {
        one.sum = 0;
        one.left = (count - first + step - 1) / step;
        if (!one.left)
            one.all.set_value(0);
        for (long i = first; i < count; i += step)
            asio::co_spawn(one.ctx, body(i), [&one](std::exception_ptr, long number) {
                one.sum += number;
                if (--one.left == 0)
                    one.all.set_value(one.sum);
            });
    }

public:
    explicit loops(int number)
    {
        for (int i = 0; i < number; i++)
            loops_.push_back(std::make_unique<loop>());
    }

    // Each loop makes its own part of the coroutines.
    template <class Body>
    jobs_time batch(Body body, long count)
    {
        jobs_time start = jobs_start();
        long sum = 0, step = (long)loops_.size();

        for (long i = 0; i < step; i++) {
            loop &one = *loops_[i];

            one.all = std::promise<long>();
            asio::post(one.ctx, [=, &one] { spawn_part(one, body, i, step, count); });
        }
        for (auto &one : loops_)
            sum += one->all.get_future().get();
        jobs_time took = jobs_since(start);
        jobs_check_sum(sum, count);
        return took;
    }

    ~loops()
    {
        for (auto &one : loops_) {
            one->guard.reset();
            one->thread.join();
        }
    }
};

template <class Body>
void batch(const char *name, Body body)
{
    loops one(1), two(2);
    long count = bench_count(COROUTINES);

    for (int run = 0; run <= RUNS; run++) {
        jobs_time alone = one.batch(body, count), both = two.batch(body, count);

        if (run > 0)
            jobs_print_batch(name, alone, both, count);
    }
}

void run_batch_yield(const char *name)
{
    batch(name, yields);
}

void run_batch_sleep(const char *name)
{
    batch(name, sleeps);
}

const bench_row rows[] = {
    {"trip_same", run_trips},           {"trip_other", run_trips},
    {"trip_free", run_trips},           {"flow_1", run_flow},
    {"flow_all", run_flow},             {"loop_trip_same", run_loop_trips},
    {"loop_trip_other", run_loop_trips}, {"loop_trip_free", run_loop_trips},
    {"loop_flow_1", run_loop_flow},     {"loop_flow_all", run_loop_flow},
    {"map_threads", run_map},           {"batch_yield", run_batch_yield},
    {"batch_sleep", run_batch_sleep},
};

} // namespace

BENCH_MAIN(rows)

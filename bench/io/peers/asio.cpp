// Boost.Asio's side of the I/O benchmarks, with C++20 coroutines.
#include <boost/asio.hpp>
#include <memory>

#include "../files.h"
#include "../net.h"

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

namespace {

constexpr std::size_t chunk = 64 * 1024;
constexpr int one_thread = 1;

// The types of the context itself, without the indirection of any_io_executor; errors that are no
// exception.
using context = asio::io_context;
using executor = context::executor_type;
using token = asio::as_tuple_t<asio::use_awaitable_t<executor>>;
using socket = token::as_default_on_t<asio::basic_stream_socket<tcp, executor>>;
using acceptor = token::as_default_on_t<asio::basic_socket_acceptor<tcp, executor>>;

awaitable<void, executor> echo(socket client)
{
    std::unique_ptr<char[]> data(new char[chunk]);

    for (;;) {
        auto [error, got] = co_await client.async_read_some(asio::buffer(data.get(), chunk));
        if (error)
            co_return;
        auto [failed, sent] = co_await asio::async_write(client, asio::buffer(data.get(), got));
        if (failed)
            co_return;
    }
}

awaitable<void, executor> listen(acceptor listener)
{
    for (;;) {
        auto [error, accepted] = co_await listener.async_accept();
        if (error)
            continue;
        socket client(std::move(accepted));
        client.set_option(tcp::no_delay(true));
        asio::co_spawn(listener.get_executor(), echo(std::move(client)), asio::detached);
    }
}

void serve(const char *)
{
    context ctx(one_thread);
    acceptor listener(ctx.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));

    listener.listen(NET_BACKLOG);
    net_say_port(listener.local_endpoint().port());
    asio::co_spawn(ctx.get_executor(), listen(std::move(listener)), asio::detached);
    ctx.run();
}

#if defined(BOOST_ASIO_HAS_FILE)

using file = token::as_default_on_t<asio::basic_random_access_file<executor>>;

// A file object does one read after the other, so everybody has one of his own.
awaitable<void, executor> reader(files &all, unsigned slot)
{
    file source(co_await asio::this_coro::executor, dup(all.fd));

    do {
        auto page = asio::buffer(files_page(&all, slot), FILES_PAGE);

        all.block[slot] = files_any(&all);
        auto [error, got] = co_await source.async_read_some_at(all.block[slot] * FILES_PAGE, page);
        files_check(&all, slot, error ? -error.value() : (int64_t)got);
    } while (files_count(&all));
    std::exit(0);
}

void run_reads(const char *name)
{
    context ctx(one_thread);
    files all;

    files_open(&all, name);
    for (unsigned i = 0; i < all.depth; i++)
        asio::co_spawn(ctx.get_executor(), reader(all, i), asio::detached);
    ctx.run();
}

#endif

const bench_row rows[] = {
    { "serve", serve },
#if defined(BOOST_ASIO_HAS_FILE)
    { "cached_1", run_reads },
    { "cached_64", run_reads },
    { "direct_1", run_reads },
    { "direct_64", run_reads },
#endif
};

} // namespace

BENCH_MAIN(rows)

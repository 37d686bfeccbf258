/* A stream that only its reader holds is whole until that reader has left it. */
#include <stdlib.h>

#include "unit/io/streams.h"

static struct both both;

enum way { SOME, EXACTLY, LINE, UNTIL, ALL, WAYS };

/* What is handed out is looked at only if it is said to be something. */
static coil_async struct coil_result reads(void *arg)
{
    enum way way = (enum way)(intptr_t)arg;
    char some[16], *data = some;
    int64_t n = 0;

    switch (way) {
    case SOME: n = coil_stream_read(both.near, some, sizeof(some)); break;
    case EXACTLY: n = coil_stream_readexactly(both.near, some, sizeof(some)); break;
    case LINE: n = coil_stream_readline(both.near, &data); break;
    case UNTIL: n = coil_stream_readuntil(both.near, ";", 1, &data); break;
    default: n = coil_stream_readall(both.near, &data);
    }
    if (way == LINE || way == UNTIL)
        CHECK_STR(data, "");
    if (way == ALL)
        free(data);
    return coil_number(n);
}

/* The user gives the stream up while the task reads; then the peer says this, and the end. */
static coil_async int64_t read_by_the_last_one(enum way way, const char *said)
{
    struct coil_future *task;
    int64_t n;

    both = open_both(NULL);
    task = coil_create_task(reads, (void *)(intptr_t)way);
    for (int i = 0; i < 3; i++)
        coil_yield();
    coil_stream_unref(both.near);
    CHECK_EQ(coil_stream_write(both.far, said, strlen(said)), 0);
    coil_stream_close(both.far);
    n = coil_join(task).status;
    coil_stream_unref(both.far);
    return n;
}

DRIVER_LOOP_TEST(what_the_last_reader_has_in_its_own_memory_is_told)
{
    CHECK_EQ(read_by_the_last_one(SOME, "last\n"), 5);
    CHECK_EQ(read_by_the_last_one(EXACTLY, "last\n"), -COIL_EINCOMPLETE);
    CHECK_EQ(read_by_the_last_one(EXACTLY, "sixteen letters."), 16);
    CHECK_EQ(read_by_the_last_one(ALL, "last\n"), 5);
}

DRIVER_LOOP_TEST(what_the_last_reader_would_look_at_in_the_stream_is_gone_with_it)
{
    CHECK_EQ(read_by_the_last_one(LINE, "last\n"), 0);
    CHECK_EQ(read_by_the_last_one(LINE, "no end"), 0);
    CHECK_EQ(read_by_the_last_one(UNTIL, "last;"), -COIL_EINCOMPLETE);
    CHECK_EQ(read_by_the_last_one(UNTIL, "no end"), -COIL_EINCOMPLETE);
}

DRIVER_LOOP_TEST(the_last_reader_sees_the_end)
{
    static const int64_t ends[WAYS] = {0, -COIL_EINCOMPLETE, 0, -COIL_EINCOMPLETE, 0};

    for (int way = SOME; way < WAYS; way++)
        CHECK_EQ(read_by_the_last_one((enum way)way, ""), ends[way]);
}

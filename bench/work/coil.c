/* coil's side of the benchmarks of executors: the table of rows, and what they share. */
#include "coil_rows.h"

struct coil_executor *opened(struct coil_executor *pool)
{
    if (!pool)
        bench_die("no executor");
    return pool;
}

void pin_worker(void *arg)
{
    (void)arg;
    bench_pin(0);
}

static long number_in(struct coil_result result)
{
    if (result.status >= 0)
        return (long)result.status;
    fprintf(stderr, "a job failed: %s\n", coil_strerror(result.status));
    exit(1);
}

coil_async long number_of(struct coil_future *future)
{
    return number_in(coil_join(future));
}

long number_from(struct coil_cfuture *job)
{
    struct coil_result result = coil_cfuture_result(job, COIL_FOREVER);

    coil_cfuture_unref(job);
    return number_in(result);
}

static const struct bench_row rows[] = {
    {"trip_same", run_trips},
    {"trip_other", run_trips},
    {"trip_free", run_trips},
    {"loop_trip_same", run_loop_trips},
    {"loop_trip_other", run_loop_trips},
    {"loop_trip_free", run_loop_trips},
    {"flow_1", run_flow},
    {"flow_all", run_flow},
    {"loop_flow_1", run_loop_flow},
    {"loop_flow_all", run_loop_flow},
    {"process_trip_same", run_process_trips},
    {"process_trip_other", run_process_trips},
    {"process_trip_free", run_process_trips},
    {"loop_process_trip_same", run_loop_process_trips},
    {"loop_process_trip_other", run_loop_process_trips},
    {"loop_process_trip_free", run_loop_process_trips},
    {"process_flow_all", run_process_flow},
    {"loop_process_flow_all", run_loop_process_flow},
    {"map_threads", run_map_threads},
    {"map_processes", run_map_processes},
    {"batch_yield", run_batch_yield},
    {"batch_sleep", run_batch_sleep},
};

BENCH_MAIN(rows)

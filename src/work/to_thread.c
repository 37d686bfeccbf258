/* coil_to_thread: a function runs where it may block (asyncio.to_thread). */
#include <coil/executor.h>
#include <coil/task.h>

coil_async struct coil_result coil_to_thread(coil_coroutine_fn *fn, void *arg, coil_drop_fn *drop)
{
    const struct coil_job_options options = {.drop_result = drop};

    return coil_join(coil_run_in_executor_at(NULL, fn, arg, &options, "to_thread"));
}

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "common/jobs.h"

static struct coil_result upper(void *text)
{
    char loud[16] = "";

    for (size_t i = 0; i < sizeof(loud) - 1 && ((char *)text)[i] != 0; i++)
        loud[i] = (char)toupper(((char *)text)[i]);
    return coil_bytes_result(loud, sizeof(loud));
}

static struct coil_result refuse(void *text)
{
    return coil_raise(EACCES, "%s", (const char *)text);
}

static struct coil_result where(void *parent)
{
    return coil_number(getpid() != *(pid_t *)parent);
}

static const char *words(struct coil_result result)
{
    return result.status < 0 ? told(result) : ((struct coil_bytes *)result.value)->data;
}

int main(void)
{
    struct coil_executor *executor =
        coil_process_pool_open(&(struct coil_process_pool_options){.workers = 2});
    char items[3][2] = {"a", "b", "c"};
    pid_t parent = getpid();
    struct coil_result of[3];
    struct coil_cfuture *jobs[3] = {
        coil_executor_submit_bytes(executor, upper, "loud", 5),
        coil_executor_submit_bytes(executor, refuse, "no entry", 9),
        coil_executor_submit_bytes(executor, where, &parent, sizeof(parent)),
    };

    say("upper: %s", words(coil_cfuture_result(jobs[0], COIL_FOREVER)));
    coil_cfuture_wait(jobs[1], COIL_FOREVER);
    say("refuse: %s, %s", result(jobs[1], 0), reason(coil_cfuture_exception(jobs[1])));
    say("in a worker: %s", result(jobs[2], COIL_FOREVER));
    coil_executor_map(executor, upper, items, 3, of); /* not in a task */
    say("map: %s %s %s", words(of[0]), words(of[1]), words(of[2]));
    for (int i = 0; i < 3; i++) {
        coil_bytes_free(of[i].value);
        coil_cfuture_unref(jobs[i]);
    }
    shut(executor);
    say("shut down");
    return 0;
}

#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("wait", coil_wait(NULL, 0, COIL_FOREVER, COIL_ALL_COMPLETED));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}

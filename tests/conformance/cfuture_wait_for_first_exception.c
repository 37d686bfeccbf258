#include "common/jobs.h"

int main(void)
{
    wait_for_three(COIL_FIRST_EXCEPTION);
    return 0;
}

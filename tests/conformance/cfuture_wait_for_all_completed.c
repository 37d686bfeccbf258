#include "common/jobs.h"

int main(void)
{
    wait_for_three(COIL_ALL_COMPLETED);
    return 0;
}

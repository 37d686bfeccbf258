/* What is due: in order of time, then rank, whatever was taken out meanwhile. */
#include "drive/sim.h"
#include "sim_world.h"

TEST(what_is_due_comes_in_order_of_time_and_rank)
{
    enum { OPS = 500 };
    static struct op ops[OPS];
    struct sim_driver self = {.random = 7};
    int64_t last_when = 0, when;
    uint64_t last_rank = 0;
    int left = OPS;
    struct op *op;

    CHECK_EQ(coil__sim_due_reserve(&self, OPS), 0);
    for (int i = 0; i < OPS; i++) {
        ops[i].mine[1] = coil__sim_draw(&self) % 100;
        coil__sim_due_put(&self, &ops[i], (int64_t)(coil__sim_draw(&self) % 20));
        CHECK_EQ(ops[i].stage, STAGE_DUE);
    }
    for (int i = 0; i < OPS; i += 3, left--)
        coil__sim_due_remove(&self, &ops[i]);
    while ((op = coil__sim_due_first(&self, &when)) != NULL) {
        CHECK(when > last_when || (when == last_when && op->mine[1] >= last_rank) ||
              left == OPS - (OPS + 2) / 3);
        last_when = when;
        last_rank = op->mine[1];
        coil__sim_due_remove(&self, op);
        CHECK((op - ops) % 3 != 0);
        left--;
    }
    CHECK_EQ(left, 0);
    free(self.due);
}

TEST(faults_come_as_often_as_asked)
{
    struct sim_driver self = {.random = 3, .faults = 100000};
    int faults = 0;

    for (int i = 0; i < 10000; i++)
        faults += coil__sim_fault(&self);
    CHECK(faults > 800 && faults < 1200);
    self.faults = 0;
    for (int i = 0; i < 10000; i++)
        CHECK(!coil__sim_fault(&self));
}

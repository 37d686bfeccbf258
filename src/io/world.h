/* What never waits, asked of the running loop's world. */
#ifndef COIL_IO_WORLD_H
#define COIL_IO_WORLD_H

#include "loop/loop.h"

#define WORLD(loop, what, ...) ((loop)->driver->ops->world->what((loop)->driver, __VA_ARGS__))

#endif

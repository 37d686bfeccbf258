/*
 * coil: coroutines, I/O, loop. asyncio for C. This header brings all but coil/embed.h; see each
 * one for its contract.
 */
#ifndef COIL_COIL_H
#define COIL_COIL_H

#define COIL_VERSION "0.1.0"

#include <coil/result.h>

#include <coil/loop.h>

#include <coil/future.h>
#include <coil/task.h>
#include <coil/context.h>
#include <coil/timeout.h>
#include <coil/gather.h>
#include <coil/task_group.h>
#include <coil/generator.h>
#include <coil/stackless.h>

#include <coil/locks.h>
#include <coil/queue.h>

#include <coil/address.h>
#include <coil/sock.h>
#include <coil/stream.h>
#include <coil/server.h>
#include <coil/datagram.h>
#include <coil/file.h>
#include <coil/names.h>
#include <coil/process.h>
#include <coil/signals.h>
#include <coil/futex.h>

#include <coil/cfuture.h>
#include <coil/thread.h>
#include <coil/bytes.h>
#include <coil/executor.h>
#include <coil/thread_pool.h>
#include <coil/loop_pool.h>
#include <coil/process_pool.h>
#include <coil/progress.h>
#include <coil/inspect.h>

#endif

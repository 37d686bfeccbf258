#include "mach/uring_abi.h"

#include <stddef.h>

#include <kit.h>

#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>

#define SAME_FIELD(ours, our_field, theirs, their_field)                              \
    CHECK_EQ(offsetof(struct ours, our_field), offsetof(struct theirs, their_field)); \
    CHECK_EQ(sizeof(((struct ours *)0)->our_field), sizeof(((struct theirs *)0)->their_field))

TEST(requests_and_completions_are_laid_out_as_the_kernels)
{
    CHECK_EQ(sizeof(struct uring_sqe), sizeof(struct io_uring_sqe));
    CHECK_EQ(sizeof(struct uring_cqe), sizeof(struct io_uring_cqe));
    SAME_FIELD(uring_sqe, opcode, io_uring_sqe, opcode);
    SAME_FIELD(uring_sqe, flags, io_uring_sqe, flags);
    SAME_FIELD(uring_sqe, priority, io_uring_sqe, ioprio);
    SAME_FIELD(uring_sqe, fd, io_uring_sqe, fd);
    SAME_FIELD(uring_sqe, offset, io_uring_sqe, off);
    SAME_FIELD(uring_sqe, address, io_uring_sqe, addr);
    SAME_FIELD(uring_sqe, length, io_uring_sqe, len);
    SAME_FIELD(uring_sqe, op_flags, io_uring_sqe, poll32_events);
    SAME_FIELD(uring_sqe, user_data, io_uring_sqe, user_data);
    SAME_FIELD(uring_sqe, buffer, io_uring_sqe, buf_index);
    SAME_FIELD(uring_sqe, personality, io_uring_sqe, personality);
    SAME_FIELD(uring_cqe, user_data, io_uring_cqe, user_data);
    SAME_FIELD(uring_cqe, result, io_uring_cqe, res);
    SAME_FIELD(uring_cqe, flags, io_uring_cqe, flags);
}

TEST(parameters_are_laid_out_as_the_kernels)
{
    CHECK_EQ(sizeof(struct uring_params), sizeof(struct io_uring_params));
    SAME_FIELD(uring_params, sq_entries, io_uring_params, sq_entries);
    SAME_FIELD(uring_params, cq_entries, io_uring_params, cq_entries);
    SAME_FIELD(uring_params, flags, io_uring_params, flags);
    SAME_FIELD(uring_params, features, io_uring_params, features);
    SAME_FIELD(uring_params, sq, io_uring_params, sq_off);
    SAME_FIELD(uring_params, cq, io_uring_params, cq_off);
    SAME_FIELD(uring_sq_offsets, ring_mask, io_sqring_offsets, ring_mask);
    SAME_FIELD(uring_sq_offsets, flags, io_sqring_offsets, flags);
    SAME_FIELD(uring_sq_offsets, array, io_sqring_offsets, array);
    SAME_FIELD(uring_cq_offsets, ring_mask, io_cqring_offsets, ring_mask);
    SAME_FIELD(uring_cq_offsets, overflow, io_cqring_offsets, overflow);
    SAME_FIELD(uring_cq_offsets, cqes, io_cqring_offsets, cqes);
    SAME_FIELD(uring_cq_offsets, flags, io_cqring_offsets, flags);
}

TEST(numbers_are_the_kernels)
{
    CHECK_EQ(URING_OP_POLL_ADD, IORING_OP_POLL_ADD);
    CHECK_EQ(URING_OP_POLL_REMOVE, IORING_OP_POLL_REMOVE);
    CHECK_EQ(URING_OP_TIMEOUT, IORING_OP_TIMEOUT);
    CHECK_EQ(URING_OP_TIMEOUT_REMOVE, IORING_OP_TIMEOUT_REMOVE);
    CHECK_EQ(URING_OP_ASYNC_CANCEL, IORING_OP_ASYNC_CANCEL);
    CHECK_EQ(URING_OP_READ, IORING_OP_READ);
    CHECK_EQ(URING_SETUP_CLAMP, IORING_SETUP_CLAMP);
    CHECK_EQ(URING_FEAT_SINGLE_MMAP, IORING_FEAT_SINGLE_MMAP);
    CHECK_EQ(URING_FEAT_NODROP, IORING_FEAT_NODROP);
    CHECK_EQ(URING_OFF_SQES, IORING_OFF_SQES);
    CHECK_EQ(URING_OFF_CQ_RING, IORING_OFF_CQ_RING);
    CHECK_EQ(URING_SQ_CQ_OVERFLOW, IORING_SQ_CQ_OVERFLOW);
    CHECK_EQ(URING_ENTER_GETEVENTS, IORING_ENTER_GETEVENTS);
    CHECK_EQ(URING_TIMEOUT_ABS, IORING_TIMEOUT_ABS);
    CHECK_EQ(URING_REGISTER_PROBE, IORING_REGISTER_PROBE);
    CHECK_EQ(URING_OP_SUPPORTED, IO_URING_OP_SUPPORTED);
#ifdef IORING_SETUP_DEFER_TASKRUN /* headers of Linux 6.1 and later */
    CHECK_EQ(URING_OP_MSG_RING, IORING_OP_MSG_RING);
    CHECK_EQ(URING_SETUP_SUBMIT_ALL, IORING_SETUP_SUBMIT_ALL);
    CHECK_EQ(URING_SETUP_COOP_TASKRUN, IORING_SETUP_COOP_TASKRUN);
    CHECK_EQ(URING_SETUP_TASKRUN_FLAG, IORING_SETUP_TASKRUN_FLAG);
    CHECK_EQ(URING_SETUP_SINGLE_ISSUER, IORING_SETUP_SINGLE_ISSUER);
    CHECK_EQ(URING_SETUP_DEFER_TASKRUN, IORING_SETUP_DEFER_TASKRUN);
    CHECK_EQ(URING_FEAT_EXT_ARG, IORING_FEAT_EXT_ARG);
    CHECK_EQ(URING_ENTER_EXT_ARG, IORING_ENTER_EXT_ARG);
    CHECK_EQ(URING_ENTER_REGISTERED_RING, IORING_ENTER_REGISTERED_RING);
    CHECK_EQ(URING_SQ_TASKRUN, IORING_SQ_TASKRUN);
    CHECK_EQ(URING_SQE_CQE_SKIP_SUCCESS, IOSQE_CQE_SKIP_SUCCESS);
    CHECK_EQ(URING_SQE_IO_LINK, IOSQE_IO_LINK);
    CHECK_EQ(URING_CQE_MORE, IORING_CQE_F_MORE);
    CHECK_EQ(URING_POLL_ADD_MULTI, IORING_POLL_ADD_MULTI);
    CHECK_EQ(URING_ASYNC_CANCEL_ALL, IORING_ASYNC_CANCEL_ALL);
    CHECK_EQ(URING_ASYNC_CANCEL_ANY, IORING_ASYNC_CANCEL_ANY);
    CHECK_EQ(URING_REGISTER_RING_FDS, IORING_REGISTER_RING_FDS);
#endif
}
#endif

/* The frame of a parked stack, from sp up: ra, s0 to s11, fs0 to fs11, one unused. */
    .text

    .globl coil__switch_stacks
    .hidden coil__switch_stacks
    .type coil__switch_stacks, @function
    .p2align 2
coil__switch_stacks:            /* a0: where to keep the sp, a1: the sp to go on with */
    .cfi_startproc
    addi sp, sp, -208
    .cfi_adjust_cfa_offset 208
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
#ifdef __riscv_float_abi_double
    fsd fs0, 104(sp)
    fsd fs1, 112(sp)
    fsd fs2, 120(sp)
    fsd fs3, 128(sp)
    fsd fs4, 136(sp)
    fsd fs5, 144(sp)
    fsd fs6, 152(sp)
    fsd fs7, 160(sp)
    fsd fs8, 168(sp)
    fsd fs9, 176(sp)
    fsd fs10, 184(sp)
    fsd fs11, 192(sp)
#endif
    sd sp, 0(a0)
    mv a0, a1
    j 1f
    .cfi_endproc
    .size coil__switch_stacks, . - coil__switch_stacks

    .globl coil__leave_stack
    .hidden coil__leave_stack
    .type coil__leave_stack, @function
coil__leave_stack:              /* a0: the sp to go on with */
    .cfi_startproc
1:  mv sp, a0
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
#ifdef __riscv_float_abi_double
    fld fs0, 104(sp)
    fld fs1, 112(sp)
    fld fs2, 120(sp)
    fld fs3, 128(sp)
    fld fs4, 136(sp)
    fld fs5, 144(sp)
    fld fs6, 152(sp)
    fld fs7, 160(sp)
    fld fs8, 168(sp)
    fld fs9, 176(sp)
    fld fs10, 184(sp)
    fld fs11, 192(sp)
#endif
    addi sp, sp, 208
    ret
    .cfi_endproc
    .size coil__leave_stack, . - coil__leave_stack

    .globl coil__stack_begin
    .hidden coil__stack_begin
    .type coil__stack_begin, @function
coil__stack_begin:              /* s1: entry, s2: its argument */
    .cfi_startproc
    .cfi_undefined ra           /* nothing called us: unwinders end here */
    mv s0, zero
    mv a0, s2
    jalr s1
    ebreak
    .cfi_endproc
    .size coil__stack_begin, . - coil__stack_begin

    .section .note.GNU-stack, "", @progbits

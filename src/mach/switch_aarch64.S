/*
 * The frame of a parked stack, from sp up: x19 to x28, x29, x30 (the address to resume at), d8 to
 * d15. Branch protection: the return address is not signed while parked.
 */
    .text

    .globl coil__switch_stacks
    .hidden coil__switch_stacks
    .type coil__switch_stacks, %function
    .p2align 4
coil__switch_stacks:            /* x0: where to keep the sp, x1: the sp to go on with */
    .cfi_startproc
    hint #34                    /* bti c */
    sub sp, sp, #160
    .cfi_adjust_cfa_offset 160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x2, sp
    str x2, [x0]
    mov x0, x1
    b 1f
    .cfi_endproc
    .size coil__switch_stacks, . - coil__switch_stacks

    .globl coil__leave_stack
    .hidden coil__leave_stack
    .type coil__leave_stack, %function
coil__leave_stack:              /* x0: the sp to go on with */
    .cfi_startproc
    hint #34                    /* bti c */
1:  mov sp, x0
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .cfi_endproc
    .size coil__leave_stack, . - coil__leave_stack

    .globl coil__stack_begin
    .hidden coil__stack_begin
    .type coil__stack_begin, %function
coil__stack_begin:              /* x19: entry, x20: its argument */
    .cfi_startproc
    .cfi_undefined x30          /* nothing called us: unwinders end here */
    hint #36                    /* bti j */
    mov x29, xzr
    mov x30, xzr
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
    .size coil__stack_begin, . - coil__stack_begin

    .section .note.GNU-stack, "", %progbits

/* Branches land on bti; return addresses are left unsigned here, so this claims BTI only. */
    .section .note.gnu.property, "a"
    .p2align 3
    .word 4
    .word 2f - 1f
    .word 5
    .asciz "GNU"
1:  .word 0xc0000000
    .word 4
    .word 1
    .p2align 3
2:

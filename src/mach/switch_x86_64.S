/*
 * Where a new stack begins; the switch itself is inline, in switch.h.
 *
 * On the stack, as coil__mach_context_init put them: entry, its argument.
 */
    .text
    .globl coil__stack_begin
    .hidden coil__stack_begin
    .type coil__stack_begin, @function
coil__stack_begin:
    .cfi_startproc
    .cfi_undefined %rip         /* nothing called us: unwinders end here */
    .cfi_undefined %rbp
    endbr64
    movq (%rsp), %rax
    movq 8(%rsp), %rdi
    xorl %ebp, %ebp
    call *%rax
    ud2
    .cfi_endproc
    .size coil__stack_begin, . - coil__stack_begin

    .section .note.GNU-stack, "", @progbits

/*
 * Indirect branches land on endbr64 (IBT). Shadow stacks are not switched, so this object does not
 * claim SHSTK, and the linker and the loader then leave them off.
 */
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4
    .long 2f - 1f
    .long 5
    .asciz "GNU"
1:  .long 0xc0000002
    .long 4
    .long 1
    .p2align 3
2:

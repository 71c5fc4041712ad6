// SPDX-License-Identifier: GPL-2.0
/*
 * Starts a process that shares the helper's memory, and makes system calls for the process. On
 * x86-64 both are in assembly, since the C library's functions would set the helper's errno. On
 * other machines the process has a copy of the memory, and uses the C library.
 */
#include "spawn.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#if SPAWN_SHARES_MEMORY

static pid_t clone_onto(struct clone_args *args, void (*run)(void *data), void *data)
{
	long result;

	/*
	 * The new process has the same registers but an empty stack, so it cannot return from here.
	 */
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %[data], %%rdi\n\t"
			 "call *%[run]\n\t"
			 "ud2\n"
			 "1:"
			 : "=a"(result)
			 : "0"(SYS_clone3), "D"(args), "S"(sizeof(*args)),
			   [run] "r"(run), [data] "r"(data)
			 : "rcx", "r11", "cc", "memory");
	return (pid_t)result;
}

pid_t spawn(struct clone_args *args, void (*run)(void *data), void *data, void *stack, size_t size)
{
	args->flags |= CLONE_VM;
	args->stack = (uint64_t)(uintptr_t)stack;
	args->stack_size = size;
	return clone_onto(args, run, data);
}

SPAWN_CODE long spawn_call(long number, long first, long second, long third, long fourth)
{
	register long last __asm__("r10") = fourth;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(first), "S"(second), "d"(third), "r"(last)
			 : "rcx", "r11", "memory");
	return result;
}

#else

pid_t spawn(struct clone_args *args, void (*run)(void *data), void *data, void *stack, size_t size)
{
	pid_t pid = (pid_t)syscall(SYS_clone3, args, sizeof(*args));

	(void)stack;
	(void)size;
	if (!pid)
		run(data);
	return pid < 0 ? -errno : pid;
}

long spawn_call(long number, long first, long second, long third, long fourth)
{
	long result = syscall(number, first, second, third, fourth);

	return result < 0 ? -errno : result;
}

#endif

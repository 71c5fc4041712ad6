// SPDX-License-Identifier: GPL-2.0
/*
 * Is loaded into the helper before all libraries, and replaces functions that the helper calls:
 * each call fails once when a test asks for it (see ../lib/fault.h). Calls between libraries are
 * left alone. It also records what the helper has allocated and not freed.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <getopt.h>
#include <libmnl/libmnl.h>
#include <link.h>
#include <search.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "fault.h"

#define FRAMES	24

static struct fault_board *board;
/* The addresses of the helper's own code. */
static uintptr_t base, begin, end;
/* Whether main() has begun; calls before never fail. */
static bool started;

static int find_program(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type == PT_LOAD && header->p_flags & PF_X) {
			begin = base + header->p_vaddr;
			end = begin + header->p_memsz;
		}
	}
	/* The first object is the program itself; the others do not matter. */
	return 1;
}

static bool is_own(const void *caller)
{
	return (uintptr_t)caller >= begin && (uintptr_t)caller < end;
}

static void __attribute__((constructor)) open_board(void)
{
	const char *path = getenv(FAULT_VARIABLE);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *frames[FRAMES];
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return;
	dl_iterate_phdr(find_program, NULL);
	/* backtrace() loads a library when it is first called. */
	backtrace(frames, FRAMES);
	board = map;
	memset(board->live, 0, sizeof(board->live));
	board->nr_live = 0;
}

static void __attribute__((destructor)) close_board(void)
{
	if (!board)
		return;
	board->left_open = 0;
	for (int fd = 3; fd < 1024; fd++)
		board->left_open += fcntl(fd, F_GETFD) >= 0;
}

/* Whether the call from this place is to fail now. */
static bool is_due(const void *caller, const char *function)
{
	struct fault_site *site;
	void *frames[FRAMES];
	int nr_frames, depth = 0;

	if (!board || !started || !board->armed || !is_own(caller) ||
	    board->nr_sites == FAULT_SITES_MAX)
		return false;
	site = &board->sites[board->nr_sites];
	memset(site, 0, sizeof(*site));
	strncpy(site->function, function, sizeof(site->function) - 1);
	nr_frames = backtrace(frames, FRAMES);
	for (int i = 0; i < nr_frames && depth < FAULT_DEPTH; i++)
		if (is_own(frames[i]))
			site->callers[depth++] = (uintptr_t)frames[i] - base;
	for (uint32_t i = 0; i < board->nr_sites; i++)
		if (!memcmp(&board->sites[i], site, sizeof(*site)))
			return false;
	board->nr_sites++;
	if (board->kills && (board->nr_sites + board->offset) % board->each)
		return false;
	board->armed = false;
	board->nr_hits++;
	if (board->kills)
		raise(SIGKILL);
	return true;
}

/* The entry of an address in the table, or else a free entry. */
static struct fault_live *find_live(const void *address)
{
	size_t i = ((uintptr_t)address >> 4) % FAULT_LIVE_MAX;

	while (board->live[i].address && board->live[i].address != (uintptr_t)address)
		i = (i + 1) % FAULT_LIVE_MAX;
	return &board->live[i];
}

static void *allocated(void *memory, const void *caller)
{
	struct fault_live *live;

	/* A search in a table that is nearly full would take too long. */
	if (!board || !memory || !is_own(caller) || board->nr_live > FAULT_LIVE_MAX / 2)
		return memory;
	live = find_live(memory);
	*live = (struct fault_live){ (uintptr_t)memory, (uintptr_t)caller - base };
	board->nr_live++;
	return memory;
}

static void freed(const void *memory)
{
	struct fault_live *live, moved;

	if (!board || !memory)
		return;
	live = find_live(memory);
	if (!live->address)
		return;
	board->nr_live--;
	live->address = 0;
	/* Entries behind the one that is removed may belong in its place: put them in anew. */
	for (;;) {
		if (++live == board->live + FAULT_LIVE_MAX)
			live = board->live;
		if (!live->address)
			return;
		moved = *live;
		live->address = 0;
		*find_live((const void *)moved.address) = moved;
	}
}

#define CALLER	__builtin_return_address(0)

/* FAULT(type, name, parameters, arguments, what it does when it fails) */
#define FAULT(type, name, parameters, arguments, failure)			\
	type name parameters							\
	{									\
		static type (*next) parameters;					\
										\
		if (!next)							\
			next = (type (*) parameters)dlsym(RTLD_NEXT, #name);	\
		if (is_due(CALLER, #name))					\
			failure;						\
		return next arguments;						\
	}

#define ERRNO(number, result)	do { errno = (number); return (result); } while (0)

/* Memory */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

void *malloc(size_t size)
{
	if (is_due(CALLER, "malloc"))
		ERRNO(ENOMEM, NULL);
	return allocated(__libc_malloc(size), CALLER);
}

void *calloc(size_t count, size_t size)
{
	if (is_due(CALLER, "calloc"))
		ERRNO(ENOMEM, NULL);
	return allocated(__libc_calloc(count, size), CALLER);
}

static void *change(void *memory, size_t size, const char *function, const void *caller)
{
	void *changed;

	if (is_due(caller, function))
		ERRNO(ENOMEM, NULL);
	/* The entry is forgotten after the call, since nobody else gets the address before. */
	changed = __libc_realloc(memory, size);
	if (changed) {
		freed(memory);
		allocated(changed, caller);
	}
	return changed;
}

void *realloc(void *memory, size_t size)
{
	return change(memory, size, "realloc", CALLER);
}

void *reallocarray(void *memory, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		ERRNO(ENOMEM, NULL);
	return change(memory, count * size, "reallocarray", CALLER);
}

void free(void *memory)
{
	freed(memory);
	__libc_free(memory);
}

char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy;

	if (is_due(CALLER, "strdup"))
		ERRNO(ENOMEM, NULL);
	copy = __libc_malloc(size);
	return copy ? memcpy(allocated(copy, CALLER), text, size) : NULL;
}

char *strndup(const char *text, size_t most)
{
	size_t length = strnlen(text, most);
	char *copy;

	if (is_due(CALLER, "strndup"))
		ERRNO(ENOMEM, NULL);
	copy = __libc_malloc(length + 1);
	if (!copy)
		return NULL;
	copy[length] = '\0';
	return memcpy(allocated(copy, CALLER), text, length);
}

int vasprintf(char **text, const char *format, va_list arguments)
{
	static int (*next)(char **text, const char *format, va_list arguments);
	int length;

	if (!next)
		next = (int (*)(char **, const char *, va_list))dlsym(RTLD_NEXT, "vasprintf");
	if (is_due(CALLER, "vasprintf"))
		ERRNO(ENOMEM, -1);
	length = next(text, format, arguments);
	if (length >= 0)
		allocated(*text, CALLER);
	return length;
}

int asprintf(char **text, const char *format, ...)
{
	va_list arguments;
	int length;

	if (is_due(CALLER, "asprintf"))
		ERRNO(ENOMEM, -1);
	va_start(arguments, format);
	length = vasprintf(text, format, arguments);
	va_end(arguments);
	if (length >= 0)
		allocated(*text, CALLER);
	return length;
}

FAULT(void *, tsearch, (const void *key, void **root, __compar_fn_t compare),
      (key, root, compare), return NULL)
FAULT(char *, realpath, (const char *path, char *resolved), (path, resolved),
      ERRNO(ENOMEM, NULL))
FAULT(void *, mmap, (void *address, size_t size, int protection, int flags, int fd, off_t offset),
      (address, size, protection, flags, fd, offset), ERRNO(ENOMEM, MAP_FAILED))

/* Descriptors */

int open(const char *path, int flags, ...)
{
	static int (*next)(const char *path, int flags, ...);
	mode_t mode;
	va_list rest;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	if (!next)
		next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	if (is_due(CALLER, "open"))
		ERRNO(EMFILE, -1);
	return next(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	static int (*next)(int directory, const char *path, int flags, ...);
	mode_t mode;
	va_list rest;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	if (!next)
		next = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
	if (is_due(CALLER, "openat"))
		ERRNO(EMFILE, -1);
	return next(directory, path, flags, mode);
}

FAULT(FILE *, fopen, (const char *path, const char *mode), (path, mode), ERRNO(EMFILE, NULL))
FAULT(FILE *, fdopen, (int fd, const char *mode), (fd, mode), ERRNO(ENOMEM, NULL))
FAULT(DIR *, opendir, (const char *path), (path), ERRNO(EMFILE, NULL))
FAULT(int, scandir, (const char *path, struct dirent ***names,
		     int (*filter)(const struct dirent *name),
		     int (*compare)(const struct dirent **a, const struct dirent **b)),
      (path, names, filter, compare), ERRNO(ENOMEM, -1))
FAULT(int, socket, (int domain, int type, int protocol), (domain, type, protocol),
      ERRNO(EMFILE, -1))
FAULT(int, epoll_create1, (int flags), (flags), ERRNO(EMFILE, -1))
FAULT(int, epoll_ctl, (int epoll, int operation, int fd, struct epoll_event *event),
      (epoll, operation, fd, event), ERRNO(ENOMEM, -1))
FAULT(int, eventfd, (unsigned int value, int flags), (value, flags), ERRNO(EMFILE, -1))
FAULT(int, pidfd_open, (pid_t pid, unsigned int flags), (pid, flags), ERRNO(EMFILE, -1))
FAULT(int, pidfd_getfd, (int pidfd, int fd, unsigned int flags), (pidfd, fd, flags),
      ERRNO(EMFILE, -1))

/* The disk */

FAULT(int, mkdir, (const char *path, mode_t mode), (path, mode), ERRNO(ENOSPC, -1))
FAULT(int, rename, (const char *from, const char *to), (from, to), ERRNO(ENOSPC, -1))
FAULT(int, fsync, (int fd), (fd), ERRNO(EIO, -1))
FAULT(ssize_t, read, (int fd, void *buffer, size_t size), (fd, buffer, size), ERRNO(EIO, -1))
FAULT(ssize_t, pread, (int fd, void *buffer, size_t size, off_t offset),
      (fd, buffer, size, offset), ERRNO(EIO, -1))
FAULT(ssize_t, pwrite, (int fd, const void *buffer, size_t size, off_t offset),
      (fd, buffer, size, offset), ERRNO(ENOSPC, -1))

/* The database */

static int database_error(void)
{
	static const int errors[] = {
		SQLITE_NOMEM, SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_IOERR_NOMEM,
		SQLITE_CORRUPT,
	};
	static unsigned int next;

	return errors[next++ % (sizeof(errors) / sizeof(errors[0]))];
}

FAULT(int, sqlite3_step, (sqlite3_stmt *statement), (statement), return database_error())
FAULT(int, sqlite3_bind_text, (sqlite3_stmt *statement, int index, const char *text, int size,
			       void (*destroy)(void *memory)),
      (statement, index, text, size, destroy), return SQLITE_NOMEM)
FAULT(int, sqlite3_exec, (sqlite3 *database, const char *text,
			  int (*row)(void *data, int nr, char **values, char **names), void *data,
			  char **error),
      (database, text, row, data, error), return database_error())
FAULT(int, sqlite3_prepare_v2, (sqlite3 *database, const char *text, int size,
				sqlite3_stmt **statement, const char **rest),
      (database, text, size, statement, rest), { *statement = NULL; return database_error(); })
FAULT(int, sqlite3_prepare_v3, (sqlite3 *database, const char *text, int size, unsigned int flags,
				sqlite3_stmt **statement, const char **rest),
      (database, text, size, flags, statement, rest),
      { *statement = NULL; return database_error(); })

/* The event loop */

FAULT(int, sd_event_new, (sd_event **event), (event), return -EMFILE)
FAULT(int, sd_event_add_io, (sd_event *event, sd_event_source **source, int fd, uint32_t events,
			     sd_event_io_handler_t handler, void *data),
      (event, source, fd, events, handler, data), return -ENOMEM)
FAULT(int, sd_event_add_time, (sd_event *event, sd_event_source **source, clockid_t clock,
			       uint64_t usec, uint64_t accuracy, sd_event_time_handler_t handler,
			       void *data),
      (event, source, clock, usec, accuracy, handler, data), return -ENOMEM)
FAULT(int, sd_event_add_time_relative, (sd_event *event, sd_event_source **source,
					clockid_t clock, uint64_t usec, uint64_t accuracy,
					sd_event_time_handler_t handler, void *data),
      (event, source, clock, usec, accuracy, handler, data), return -EMFILE)
FAULT(int, sd_event_add_signal, (sd_event *event, sd_event_source **source, int number,
				 sd_event_signal_handler_t handler, void *data),
      (event, source, number, handler, data), return -EMFILE)
FAULT(int, sd_event_add_inotify, (sd_event *event, sd_event_source **source, const char *path,
				  uint32_t mask, sd_event_inotify_handler_t handler, void *data),
      (event, source, path, mask, handler, data), return -ENOSPC)

/* The bus */

FAULT(int, sd_bus_new, (sd_bus **bus), (bus), return -ENOMEM)
FAULT(int, sd_bus_start, (sd_bus *bus), (bus), return -ENOBUFS)
FAULT(int, sd_bus_attach_event, (sd_bus *bus, sd_event *event, int priority),
      (bus, event, priority), return -ENOMEM)
FAULT(int, sd_bus_message_new_method_call, (sd_bus *bus, sd_bus_message **message,
					    const char *destination, const char *path,
					    const char *interface, const char *member),
      (bus, message, destination, path, interface, member), return -ENOMEM)
FAULT(int, sd_bus_call_async, (sd_bus *bus, sd_bus_slot **slot, sd_bus_message *message,
			       sd_bus_message_handler_t handler, void *data, uint64_t usec),
      (bus, slot, message, handler, data, usec), return -ENOBUFS)
FAULT(int, sd_bus_add_match_async, (sd_bus *bus, sd_bus_slot **slot, const char *match,
				    sd_bus_message_handler_t handler,
				    sd_bus_message_handler_t installed, void *data),
      (bus, slot, match, handler, installed, data), return -ENOMEM)

/* Netlink */

FAULT(struct mnl_socket *, mnl_socket_open2, (int bus, int flags), (bus, flags),
      ERRNO(EMFILE, NULL))
FAULT(int, mnl_socket_bind, (struct mnl_socket *socket, unsigned int groups, pid_t pid),
      (socket, groups, pid), ERRNO(ENOMEM, -1))
FAULT(ssize_t, mnl_socket_sendto, (const struct mnl_socket *socket, const void *buffer,
				   size_t size),
      (socket, buffer, size), ERRNO(ENOBUFS, -1))

/* main() calls this function first. */
int getopt_long(int argc, char *const *argv, const char *letters, const struct option *options,
		int *index)
{
	static int (*next)(int argc, char *const *argv, const char *letters,
			   const struct option *options, int *index);

	if (!next)
		next = (int (*)(int, char *const *, const char *, const struct option *,
				int *))dlsym(RTLD_NEXT, "getopt_long");
	started = true;
	return next(argc, argv, letters, options, index);
}

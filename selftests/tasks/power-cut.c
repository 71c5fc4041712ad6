// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's part of vm/power-cut: starts the helper with its state on the disk /dev/vda, tells
 * what is registered, and goes on registering and unregistering until the power is cut. The host
 * has heard each line before the guest does anything else:
 *
 *   mounted                    the disk is there
 *   has NAME ID, ..., listed   what the helper knows
 *   next NAME                  will be registered or, if it is, unregistered
 *   registered NAME ID         the helper has acknowledged it
 *   unregistered NAME          likewise
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "mutex.h"
#include "scene.h"

#define PORT		"/dev/vport0p4"
#define DISK		"/run/power-cut"
#define CUT_APP		"org.example.Cut"
#define WORKERS		4
#define TASKS		12	/* of a worker */
#define FIRED		"fired"

static int port;
static pthread_mutex_t port_lock = PTHREAD_MUTEX_INITIALIZER;

/* Written only before the threads start; each thread has its own row. */
static uint32_t ids[WORKERS][TASKS];

__attribute__((format(printf, 1, 2)))
static void say(const char *format, ...)
{
	char line[128], heard;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	line[length++] = '\n';
	pthread_mutex_lock(&port_lock);
	if (write(port, line, (size_t)length) != length || read(port, &heard, 1) != 1)
		fail("the host does not listen: %s", strerror(errno));
	pthread_mutex_unlock(&port_lock);
}

static void mount_disk(void)
{
	/* The debug kernel has these modules built in. */
	if (system("modprobe -aq virtio_blk ext4; mkdir " DISK " && mount /dev/vda " DISK))
		fail("cannot mount the disk");
	port = open(PORT, O_RDWR | O_CLOEXEC);
	if (port < 0)
		fail("%s: %s", PORT, strerror(errno));
	say("mounted");
}

/* The manifest must exist before the helper starts. */
static void write_manifest(void)
{
	FILE *file;

	if (system("mkdir -p " HELPER_TOP "/apps"))
		fail("cannot make a directory");
	file = fopen(helper_path("apps/" CUT_APP ".bgtask"), "w");
	if (!file)
		fail("cannot write a manifest: %s", strerror(errno));
	fprintf(file, "[App]\nId=" CUT_APP "\nUser=nobody\nClass=free\n");
	for (int i = 0; i < WORKERS * TASKS; i++)
		fprintf(file, "[Task %d-%d]\nEntryPoint=/bin/true\nTriggers=application\n",
			i / TASKS, i % TASKS);
	fprintf(file, "[Task " FIRED "]\nEntryPoint=/bin/true\nTriggers=application\n");
	if (fclose(file))
		fail("cannot write a manifest: %s", strerror(errno));
}

static int task_register(struct bgt *bgt, const char *name, uint32_t *id)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, CUT_APP);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	error = bgt_task_register(builder, id);
	bgt_task_builder_free(builder);
	return error;
}

static void list_tasks(struct bgt *bgt)
{
	unsigned int worker, number;
	struct bgt_task *list, *task;

	if (bgt_task_list(bgt, CUT_APP, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	for (task = list; task; task = task->next) {
		if (!strcmp(task->name, FIRED))
			continue;
		if (sscanf(task->name, "%u-%u", &worker, &number) != 2 || worker >= WORKERS ||
		    number >= TASKS)
			fail("nobody has registered %s", task->name);
		ids[worker][number] = task->id;
		say("has %s %u", task->name, task->id);
	}
	bgt_task_free(list);
	say("listed");
}

static void *work(void *data)
{
	uint32_t *own = data;
	unsigned int worker = (unsigned int)((uint32_t (*)[TASKS])data - ids);
	struct bgt *bgt = mutex_connect();
	char name[16];

	for (unsigned int i = 0;; i = (i + 1) % TASKS) {
		snprintf(name, sizeof(name), "%u-%u", worker, i);
		say("next %s", name);
		if (!own[i]) {
			if (task_register(bgt, name, &own[i]))
				fail("cannot register %s: %s", name, bgt_error(bgt));
			say("registered %s %u", name, own[i]);
		} else {
			if (bgt_task_unregister(bgt, own[i], false))
				fail("cannot unregister %s: %s", name, bgt_error(bgt));
			own[i] = 0;
			say("unregistered %s", name);
		}
	}
	return NULL;
}

/* Fires a task, so that the database is written for other reasons, too. */
static void fire(struct bgt *bgt)
{
	uint32_t id;
	int error = task_register(bgt, FIRED, &id);

	if (error && error != -EEXIST)
		fail("cannot register " FIRED ": %s", bgt_error(bgt));
	for (;;) {
		if (bgt_trigger_fire(bgt, CUT_APP, FIRED, BGT_TRIGGER_APPLICATION, NULL))
			fail("cannot fire: %s", bgt_error(bgt));
		usleep(10000);
	}
}

int main(void)
{
	struct bgt *bgt = mutex_connect();
	pthread_t thread;

	mount_disk();
	write_manifest();
	helper_start_in(bgt, DISK "/state");
	list_tasks(bgt);
	for (unsigned int i = 0; i < WORKERS; i++)
		if (pthread_create(&thread, NULL, work, ids[i]))
			fail("cannot start a thread");
	fire(bgt);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The source of AC power and battery level. The kernel's uevents only say when to look; the power
 * supplies in /sys are then read anew, so that an event that is lost or forged does no harm.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source-internal.h"

/* The kernel's own messages; udev sends to the second group. */
#define UEVENT_GROUP	1
/* Bytes; the kernel's messages are not longer. */
#define UEVENT_MAX	8192
#define VALUE_MAX	64
/* How many messages are taken before the event loop gets to do something else. */
#define MESSAGES_MAX	64

struct power {
	bool ac;
	int capacity;
};

struct source {
	struct source_sink sink;
	int fd;
	sd_event_source *io;
	char *directory;
	struct power now;
};

/* Reads an attribute of a power supply; one that cannot be read is "". */
static void read_value(int directory, const char *supply, const char *name, char value[VALUE_MAX])
{
	char path[NAME_MAX + 32];
	ssize_t size = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", supply, name);
	fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		size = read(fd, value, VALUE_MAX - 1);
		close(fd);
	}
	value[size > 0 ? size : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
}

struct supplies {
	bool battery;
	bool online;
	int nr_capacities, capacities;
};

/* Adds the capacity of a battery, if the battery tells it. */
static void add_capacity(struct supplies *supplies, const char *value)
{
	int capacity;

	if (sscanf(value, "%d", &capacity) != 1 || capacity < 0 || capacity > 100)
		return;
	supplies->nr_capacities++;
	supplies->capacities += capacity;
}

static void look_at(struct supplies *supplies, int directory, const char *supply)
{
	char value[VALUE_MAX], type[VALUE_MAX];

	/* A mouse's battery and charger say nothing about the machine. */
	read_value(directory, supply, "scope", value);
	if (!strcmp(value, "Device"))
		return;
	read_value(directory, supply, "type", type);
	if (!strcmp(type, "Battery")) {
		/* An empty bay is no battery. */
		read_value(directory, supply, "present", value);
		if (!strcmp(value, "0"))
			return;
		supplies->battery = true;
		read_value(directory, supply, "capacity", value);
		add_capacity(supplies, value);
	} else if (!strcmp(type, "Mains") || !strncmp(type, "USB", strlen("USB"))) {
		/* 2 means: online, with a voltage that can be set. */
		read_value(directory, supply, "online", value);
		if (!strcmp(value, "1") || !strcmp(value, "2"))
			supplies->online = true;
	}
}

static int read_power(const char *path, struct power *power)
{
	struct supplies supplies = { false };
	const struct dirent *entry;
	DIR *directory = opendir(path);

	if (!directory && errno != ENOENT)
		return -errno;
	/* Without the directory, the kernel knows of no supplies: the machine has no battery. */
	if (directory) {
		while ((entry = readdir(directory)))
			if (entry->d_name[0] != '.')
				look_at(&supplies, dirfd(directory), entry->d_name);
		closedir(directory);
	}
	power->ac = !supplies.battery || supplies.online;
	/* The mean of several batteries; -1 if none of them tells. */
	power->capacity = supplies.nr_capacities ? supplies.capacities / supplies.nr_capacities :
						   -1;
	return 0;
}

static void refresh(struct source *source)
{
	struct power power;
	char text[128];
	int error = read_power(source->directory, &power);

	if (error) {
		snprintf(text, sizeof(text), "cannot read the power supplies: %s",
			 strerror(-error));
		source->sink.note(source->sink.data, text);
		return;
	}
	if (power.ac == source->now.ac && power.capacity == source->now.capacity)
		return;
	source->now = power;
	source->sink.power(source->sink.data, power.ac, power.capacity);
}

void source_power_message(struct source *source, uint32_t port, const char *message, size_t size)
{
	static const char wanted[] = "SUBSYSTEM=power_supply";
	const char *end = message + size;
	size_t length;

	if (port)
		return;
	/* A message consists of strings, each of which ends with NUL. */
	for (; message < end; message += length + 1) {
		length = strnlen(message, (size_t)(end - message));
		if (length == sizeof(wanted) - 1 && !memcmp(message, wanted, length)) {
			refresh(source);
			return;
		}
	}
}

static int on_message(sd_event_source *io, int fd, uint32_t events, void *data)
{
	struct source *source = data;
	char buffer[UEVENT_MAX];

	(void)io;
	(void)events;
	for (int i = 0; i < MESSAGES_MAX; i++) {
		struct sockaddr_nl sender = { .nl_family = AF_NETLINK };
		socklen_t length = sizeof(sender);
		ssize_t size = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&sender,
					&length);

		if (size < 0 && errno == EAGAIN)
			break;
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno != ENOBUFS)
			return -errno;
		/* ENOBUFS: messages were lost, maybe one about power. */
		if (size < 0)
			refresh(source);
		else if (length == sizeof(sender))
			source_power_message(source, sender.nl_pid, buffer, (size_t)size);
	}
	return 0;
}

static void power_stop(struct source *source)
{
	if (!source)
		return;
	sd_event_source_disable_unref(source->io);
	if (source->fd >= 0)
		close(source->fd);
	free(source->directory);
	free(source);
}

int source_power_start(struct source **result, sd_event *event, const struct source_sink *sink,
		       const char *directory)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = UEVENT_GROUP };
	struct source *source = calloc(1, sizeof(*source));
	int error;

	if (!source)
		return -ENOMEM;
	source->sink = *sink;
	source->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    NETLINK_KOBJECT_UEVENT);
	if (source->fd < 0 ||
	    bind(source->fd, (const struct sockaddr *)&address, sizeof(address))) {
		error = -errno;
		goto fail;
	}
	source->directory = strdup(directory);
	if (!source->directory) {
		error = -ENOMEM;
		goto fail;
	}
	error = sd_event_add_io(event, &source->io, source->fd, EPOLLIN, on_message, source);
	if (error < 0)
		goto fail;

	/* Read only when messages are listened to, so that no change is missed. */
	error = read_power(directory, &source->now);
	if (error)
		goto fail;
	sink->power(sink->data, source->now.ac, source->now.capacity);
	*result = source;
	return 0;

fail:
	power_stop(source);
	return error;
}

static int power_start(struct source **source, sd_event *event, const struct source_sink *sink)
{
	return source_power_start(source, event, sink, "/sys/class/power_supply");
}

const struct source_type source_power = {
	.name = "power",
	.start = power_start,
	.stop = power_stop,
};

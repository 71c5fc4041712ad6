// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a pair of connected network interfaces. The far one drops what arrives; or it is in a
 * network namespace of its own and answers one packet with a stream of packets.
 */
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"
#include "scene.h"
#include "task.h"
#include "wire.h"

/* The far end drops packets, since they are sent to a hardware address that it does not have. */
static const char begin[] =
	"ip link set lo up && "
	"ip link add bgtask-near type veth peer name bgtask-far && "
	"ip link set bgtask-far up && "
	"ip address add 10.9.0.1/24 dev bgtask-near && "
	"ip link set bgtask-near up && "
	"ip neighbour add " WIRE_FAR " lladdr 02:00:00:00:00:02 dev bgtask-near nud permanent";

static pid_t fountain;

void wire_begin(void)
{
	wire_end();
	if (system(begin))
		fail("cannot make a network");
}

static _Noreturn void play(int fd)
{
	static const char water[1000];
	struct sockaddr_in peer;
	socklen_t size = sizeof(peer);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&peer, &size) < 0)
		_exit(1);
	for (;; usleep(200000))
		for (unsigned int i = 0; i < 60; i++)
			/* The receiver may have gone. */
			(void)!sendto(fd, water, sizeof(water), 0, (struct sockaddr *)&peer, size);
}

/* Runs in a network namespace of its own, to which the far end of the wire is moved. */
static _Noreturn void be_fountain(int ready)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) ||
	    system("nsenter --net=/proc/1/ns/net ip link set bgtask-far netns $PPID && "
		   "ip link set bgtask-far address 02:00:00:00:00:02 && "
		   "ip address add " WIRE_FAR "/24 dev bgtask-far && "
		   "ip link set bgtask-far up"))
		_exit(1);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, WIRE_FAR, &own.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own)) || write(ready, "", 1) != 1)
		_exit(1);
	play(fd);
}

void wire_begin_fountain(void)
{
	int ready[2];
	char byte;

	wire_begin();
	if (pipe(ready))
		fail("out of descriptors");
	fountain = fork();
	if (!fountain) {
		close(ready[0]);
		be_fountain(ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail("cannot make a network");
	close(ready[0]);
}

void wire_end(void)
{
	if (fountain > 0)
		task_kill(fountain);
	fountain = 0;
	/* The wire may not exist. */
	(void)!system("ip link delete bgtask-near 2>/dev/null");
}

uint64_t wire_charged(const char *app)
{
	unsigned long long charged = 0;
	char text[128], line[1024];
	const char *found;
	FILE *log;

	snprintf(text, sizeof(text), "%s: its network budget is spent: ", app);
	if (!helper_logs(text))
		fail("no budget is spent");
	log = fopen(helper_path("log"), "re");
	while (log && fgets(line, sizeof(line), log)) {
		found = strstr(line, text);
		if (found)
			sscanf(found + strlen(text), "%llu", &charged);
	}
	if (log)
		fclose(log);
	return charged;
}

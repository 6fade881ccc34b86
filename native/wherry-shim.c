/*
 * wherry-shim: the few things Java must not do itself, because they need a process of their own
 * or the entering of a namespace. One static program, no configuration, no allocation:
 *
 *   wherry-shim pause            first process of a pod sandbox: holds the namespaces, reaps
 *                                orphans, ends on SIGTERM or SIGINT
 *   wherry-shim dial NETNS PORT  connects to PORT on the loopback of the network namespace NETNS
 *                                and relays it with stdin and stdout, each direction closing alone
 *   wherry-shim supervise ...    a container's supervisor, see supervise.c
 *   wherry-shim exec ...         a command in a running container, see supervise.c
 *   wherry-shim hold SOCKET      holds listening sockets for one agent after the other, see hold.c
 *   wherry-shim unmount PATH     detaches a mount; what is none is no error
 *   wherry-shim version
 *
 * Called by the name pause it is the pause mode. Exit codes: 0 done, 1 the work failed (one line
 * on stderr says why), 2 wrong use.
 */
#define _GNU_SOURCE
#include "wherry-shim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int fail(const char *what)
{
	dprintf(STDERR_FILENO, "wherry-shim: %s: %s\n", what, strerror(errno));
	return EXIT_FAILED;
}

/* ---- pause ---- */

static volatile sig_atomic_t asked_to_end;
static volatile sig_atomic_t child_ended;

static void on_end(int signal)
{
	(void)signal;
	asked_to_end = 1;
}

static void on_child(int signal)
{
	(void)signal;
	child_ended = 1;
}

static int catch_signal(int signal, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = handler;
	action.sa_flags = SA_NOCLDSTOP;
	sigfillset(&action.sa_mask);
	return sigaction(signal, &action, NULL);
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* The signals stay blocked except inside sigsuspend, so none is lost between test and sleep. */
static int run_pause(int argc, char **argv)
{
	sigset_t watched, during_sleep;

	(void)argc;
	(void)argv;
	sigemptyset(&watched);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &watched, &during_sleep) < 0)
		return fail("sigprocmask");
	sigdelset(&during_sleep, SIGTERM);
	sigdelset(&during_sleep, SIGINT);
	sigdelset(&during_sleep, SIGCHLD);
	if (catch_signal(SIGTERM, on_end) < 0 || catch_signal(SIGINT, on_end) < 0
	    || catch_signal(SIGCHLD, on_child) < 0)
		return fail("sigaction");
	reap();
	while (!asked_to_end) {
		sigsuspend(&during_sleep);
		if (child_ended) {
			child_ended = 0;
			reap();
		}
	}
	return EXIT_DONE;
}

/* ---- dial ---- */

#define RELAY_BUFFER_BYTES 65536

struct direction {
	int from;
	int to;
	int done;
	size_t held;
	size_t written;
	char buffer[RELAY_BUFFER_BYTES];
};

static int connect_loopback(int port)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	int fd;

	memset(&v4, 0, sizeof v4);
	v4.sin_family = AF_INET;
	v4.sin_port = htons((unsigned short)port);
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		if (connect(fd, (struct sockaddr *)&v4, sizeof v4) == 0)
			return fd;
		close(fd);
	}
	memset(&v6, 0, sizeof v6);
	v6.sin6_family = AF_INET6;
	v6.sin6_port = htons((unsigned short)port);
	v6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&v6, sizeof v6) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Ends one direction: the reader behind it sees the end of the stream, the other one goes on. */
static void finish(struct direction *d)
{
	d->done = 1;
	if (d->to == STDOUT_FILENO)
		close(d->to);
	else
		shutdown(d->to, SHUT_WR);
}

int retry_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Reads once and writes what is held. Returns -1 when the receiver is gone. */
static int move(struct direction *d)
{
	ssize_t n;

	if (d->held == 0) {
		n = read(d->from, d->buffer, sizeof d->buffer);
		if (n < 0 && retry_later())
			return 0;
		if (n <= 0) {
			finish(d);
			return 0;
		}
		d->held = (size_t)n;
		d->written = 0;
	}
	n = write(d->to, d->buffer + d->written, d->held - d->written);
	if (n < 0)
		return retry_later() ? 0 : -1;
	d->written += (size_t)n;
	if (d->written == d->held)
		d->held = 0;
	return 0;
}

static void want(struct pollfd *p, const struct direction *d)
{
	if (d->done) {
		p->fd = -1;
		return;
	}
	p->fd = d->held ? d->to : d->from;
	p->events = d->held ? POLLOUT : POLLIN;
}

static int relay(int socket_fd)
{
	static struct direction in, out;
	struct pollfd polled[2];

	in.from = STDIN_FILENO;
	in.to = socket_fd;
	out.from = socket_fd;
	out.to = STDOUT_FILENO;
	while (!in.done || !out.done) {
		want(&polled[0], &in);
		want(&polled[1], &out);
		if (poll(polled, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return fail("poll");
		}
		if (!in.done && polled[0].revents && move(&in) < 0)
			finish(&in);
		if (!out.done && polled[1].revents && move(&out) < 0)
			return EXIT_DONE;
	}
	return EXIT_DONE;
}

static int parse_port(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	return *text && !*end && port > 0 && port < 65536 ? (int)port : -1;
}

static int run_dial(int argc, char **argv)
{
	int port = argc == 4 ? parse_port(argv[3]) : -1;
	int netns, fd;

	if (port < 0) {
		dprintf(STDERR_FILENO, "usage: wherry-shim dial NETNS PORT\n");
		return EXIT_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	netns = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (netns < 0)
		return fail(argv[2]);
	if (setns(netns, CLONE_NEWNET) < 0)
		return fail("setns");
	close(netns);
	fd = connect_loopback(port);
	if (fd < 0)
		return fail("connect");
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return fail("fcntl");
	return relay(fd);
}

/* ---- unmount ---- */

static int run_unmount(int argc, char **argv)
{
	if (argc != 3) {
		dprintf(STDERR_FILENO, "usage: wherry-shim unmount PATH\n");
		return EXIT_USAGE;
	}
	if (umount2(argv[2], MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
		return fail(argv[2]);
	return EXIT_DONE;
}

/* ---- modes ---- */

static int run_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("wherry-shim %s\n", SHIM_VERSION);
	return EXIT_DONE;
}

static const struct mode {
	const char *name;
	int (*run)(int argc, char **argv);
} modes[] = {
	{ "pause", run_pause },
	{ "dial", run_dial },
	{ "supervise", run_supervise },
	{ "exec", run_exec },
	{ "hold", run_hold },
	{ "unmount", run_unmount },
	{ "version", run_version },
};

int main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	size_t i;

	if (argc > 0 && strcmp(slash ? slash + 1 : argv[0], "pause") == 0)
		return run_pause(argc, argv);
	for (i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return modes[i].run(argc, argv);
	dprintf(STDERR_FILENO, "usage: wherry-shim pause | dial NETNS PORT |"
		" supervise ... | exec ... | hold SOCKET | unmount PATH | version\n");
	return EXIT_USAGE;
}

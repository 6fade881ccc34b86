/*
 * Holds the sockets on which an agent is asked, so that one that is killed or replaced refuses
 * nobody: connections and datagrams wait in the kernel until the next agent takes the same sockets.
 *
 *   wherry-shim hold SOCKET
 *   Listens at SOCKET (packets over a Unix socket), prints its process id and goes on in a session
 *   of its own. It ends when it is told to, or when no agent is connected for ALONE_MILLIS_MAX.
 *
 * A packet is a line; its answer begins with + or, before a sentence, with -:
 *   T GROUP tcp|udp ADDRESS PORT BACKLOG SHARED INDEX
 *     + and the socket (SCM_RIGHTS): the one that is held for the same line, else a new one. SHARED
 *     is 1 where several sockets take turns at one port; INDEX tells them apart.
 *   D GROUP ...  ends the socket of such a line
 *   R GROUP      ends those of the group that this connection has not taken
 *   E            ends all
 * One agent is served at a time; a new one takes the place of the one before.
 */
#define _GNU_SOURCE
#include "wherry-shim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS_MAX = 256, LINE_BYTES_MAX = 256, WORD_BYTES_MAX = 64, AGENTS_MAX = 4 };
enum { ALONE_MILLIS_MAX = 60000 };

static struct held {
	int fd, taken;
	char line[LINE_BYTES_MAX];
} held[SOCKETS_MAX];
static int held_count;
static const char *meeting_point;

static long long now_millis(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static socklen_t parse_address(struct sockaddr_storage *to, const char *text, int port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof *to);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((unsigned short)port);
		return sizeof *v4;
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((unsigned short)port);
	return sizeof *v6;
}

/* A bound socket by the words of a line behind its kind, or -1 with errno. */
static int open_socket(const char *line)
{
	char kind[WORD_BYTES_MAX], text[WORD_BYTES_MAX];
	struct sockaddr_storage address;
	int port, backlog, shared, fd, one = 1, zero = 0, stream;
	socklen_t length;

	errno = EINVAL;
	if (sscanf(line, "%*s %63s %63s %d %d %d", kind, text, &port, &backlog, &shared) != 5)
		return -1;
	length = parse_address(&address, text, port);
	stream = strcmp(kind, "tcp") == 0;
	if (!length || (!stream && strcmp(kind, "udp") != 0))
		return -1;
	fd = socket(address.ss_family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0);
	if (fd < 0)
		return -1;
	if (stream)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
	if ((!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) == 0)
	    && bind(fd, (struct sockaddr *)&address, length) == 0
	    && (!stream || listen(fd, backlog) == 0))
		return fd;
	one = errno;
	close(fd);
	errno = one;
	return -1;
}

static struct held *find(const char *line)
{
	int i;

	for (i = 0; i < held_count; i++)
		if (strcmp(held[i].line, line) == 0)
			return &held[i];
	return NULL;
}

static void drop(struct held *socket)
{
	close(socket->fd);
	*socket = held[--held_count];
}

/* The socket of a line, made where there is none. NULL with errno when it is not to be had. */
static struct held *take(const char *line)
{
	struct held *socket = find(line);

	if (socket)
		return socket;
	errno = EMFILE;
	if (held_count == SOCKETS_MAX)
		return NULL;
	socket = &held[held_count];
	socket->fd = open_socket(line);
	if (socket->fd < 0)
		return NULL;
	strcpy(socket->line, line);
	held_count++;
	return socket;
}

/* Whoever asked for the end finds neither sockets nor the meeting point once that is answered. */
static void drop_all(void)
{
	while (held_count)
		drop(&held[0]);
	unlink(meeting_point);
}

static void drop_rest(const char *group)
{
	size_t length = strlen(group);
	int i;

	for (i = held_count - 1; i >= 0; i--)
		if (!held[i].taken && strncmp(held[i].line, group, length) == 0
		    && held[i].line[length] == ' ')
			drop(&held[i]);
}

static void answer(int agent, const char *text, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { .iov_base = (char *)text, .iov_len = strlen(text) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	memset(&control, 0, sizeof control);
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	}
	sendmsg(agent, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Does what a packet says. Returns 0 when all is to end. */
static int obey(int agent, const char *packet)
{
	const char *line = packet[0] && packet[1] ? packet + 2 : "";
	struct held *socket;
	char why[LINE_BYTES_MAX];

	if (packet[0] == 'T') {
		socket = take(line);
		if (!socket) {
			snprintf(why, sizeof why, "-%s", strerror(errno));
			answer(agent, why, -1);
			return 1;
		}
		socket->taken = 1;
		answer(agent, "+", socket->fd);
		return 1;
	}
	socket = packet[0] == 'D' ? find(line) : NULL;
	if (socket)
		drop(socket);
	if (packet[0] == 'R')
		drop_rest(line);
	if (packet[0] == 'E')
		drop_all();
	answer(agent, strchr("DRE", packet[0]) && packet[0] ? "+" : "-unknown word", -1);
	return packet[0] != 'E';
}

static int serve(int listener)
{
	long long alone_since = now_millis();
	char packet[LINE_BYTES_MAX];
	int agent = -1, i;

	for (;;) {
		struct pollfd p[2] = { { .fd = listener, .events = POLLIN },
			{ .fd = agent, .events = POLLIN } };
		long long left = alone_since + ALONE_MILLIS_MAX - now_millis();
		ssize_t n;

		if (agent < 0 && left <= 0) {
			drop_all();
			return EXIT_DONE;
		}
		if (poll(p, 2, agent < 0 ? (int)left : -1) < 0 && errno != EINTR)
			return fail("poll");
		if (agent >= 0 && p[1].revents) {
			n = recv(agent, packet, sizeof packet - 1, MSG_DONTWAIT);
			if (n > 0) {
				packet[n] = 0;
				if (!obey(agent, packet))
					return EXIT_DONE;
			} else if (n == 0 || !retry_later()) {
				close(agent);
				agent = -1;
				alone_since = now_millis();
			}
		}
		if (p[0].revents & POLLIN) {
			if (agent >= 0)
				close(agent);
			agent = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			alone_since = now_millis();
			for (i = 0; i < held_count; i++)
				held[i].taken = 0;
		}
	}
}

int run_hold(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener, null;
	pid_t pid;

	if (argc != 3 || strlen(argv[2]) >= sizeof address.sun_path) {
		dprintf(STDERR_FILENO, "usage: wherry-shim hold SOCKET\n");
		return EXIT_USAGE;
	}
	meeting_point = argv[2];
	strcpy(address.sun_path, meeting_point);
	unlink(meeting_point);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0
	    || listen(listener, AGENTS_MAX) < 0)
		return fail(meeting_point);
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid > 0) {
		printf("%d\n", (int)pid);
		return EXIT_DONE;
	}
	setsid();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	return chdir("/") < 0 ? fail("/") : serve(listener);
}

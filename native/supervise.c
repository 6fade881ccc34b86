/*
 * A container's supervisor, and a command run in a container. Both start one process through an OCI
 * runtime (runc, crun), become its parent (subreaper), hold its stdio or terminal and speak frames
 * with whoever is interested. All memory is static; a client's is given back when it leaves.
 *
 *   wherry-shim supervise --id ID --runtime PROGRAM --root DIR --bundle DIR --run DIR --exit FILE
 *     [--log FILE] [--tty] [--stdin] [--stdin-once] [--silent] [--oom FILE] [--oom-score N]
 *     [--shm DIR --shm-bytes N] [--systemd-cgroup] [--owner UID] [--leave CGROUP.PROCS]...
 *   Returns when the container runs ("started PID") or could not be started (exit code 1); the
 *   supervisor goes on in a session of its own. In --run it makes
 *     sock      where clients connect
 *     started   who runs since when, as NAME=VALUE lines, before it returns
 *     runc.log  what the OCI runtime said
 *   --exit is written, synced and renamed before anybody is told of the end:
 *     code=N, oom=0|1, finished=NANOSECONDS, a line each
 *
 *   wherry-shim exec --id ID --runtime PROGRAM --root DIR --run DIR --process FILE [--tty] [--stdin] [--owner UID]
 *   Speaks frames on its stdin and stdout; the end of its stdin kills the command.
 *
 * A frame: kind (1 byte), zero (3 bytes), length of the payload (4 bytes, big endian), payload.
 * Version 1 of the protocol; a kind is never given another meaning.
 *   to the supervisor                          from the supervisor
 *   1 WAIT                                     128 OK       the kind it answers (1 byte)
 *   2 ATTACH  1 stdin | 2 stdout | 4 stderr    129 HELLO    version (1 byte), program's version
 *   3 STDIN   bytes                            130 STDOUT   bytes
 *   4 CLOSE_STDIN                              131 STDERR   bytes
 *   5 RESIZE  columns, rows (2 bytes each)     132 EXIT     code (4), out of memory (1), ns (8)
 *   6 SIGNAL  number (1 byte)                  133 ERROR    the kind (1 byte), a sentence
 *   7 REOPEN_LOG
 */
#define _GNU_SOURCE
#include "wherry-shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROTOCOL_VERSION = 1 };
enum {
	WAIT = 1, ATTACH, STDIN, CLOSE_STDIN, RESIZE, SIGNAL, REOPEN_LOG,
	OK = 128, HELLO, STDOUT, STDERR, EXIT, ERROR
};
enum { TO_STDIN = 1, TO_STDOUT = 2, TO_STDERR = 4 };
enum {
	HEADER_BYTES = 8,
	PAYLOAD_BYTES_MAX = 16384,
	CHUNK_BYTES = 8192,
	CLIENT_BACKLOG_BYTES = 65536,
	STDIN_BACKLOG_BYTES = 65536,
	CLIENTS_MAX = 24,
	LEAVES_MAX = 4,
	RUNTIME_ARGS_MAX = 24,
};
enum {
	RUNTIME_MILLIS_MAX = 120000,
	/* A client attached to output that takes nothing for so long is dropped: it holds the container up. */
	STALL_MILLIS_MAX = 10000,
	/* Others may still hold the ended process's output. */
	DRAIN_MILLIS_MAX = 200,
	EXEC_DRAIN_MILLIS_MAX = 1000,
	LINGER_MILLIS_MAX = 1000,
	DELETE_MILLIS_MAX = 10000,
};

static struct {
	const char *id, *runtime, *root, *bundle, *run, *exit, *log, *process, *oom, *oom_score, *shm,
		*shm_bytes, *owner;
	const char *leave[LEAVES_MAX];
	int leaves;
	int tty, stdin_open, stdin_once, silent, systemd;
} options;

struct bytes {
	size_t from, to;
};

struct client {
	int used, in, out;
	unsigned attached;
	int waits, leaving;
	long long stalled_since;
	size_t in_held;
	struct bytes backlog;
	unsigned char in_data[HEADER_BYTES + PAYLOAD_BYTES_MAX];
	unsigned char out_data[CLIENT_BACKLOG_BYTES];
} __attribute__((aligned(4096)));

static struct client clients[CLIENTS_MAX];
#define EACH_CLIENT(c) (struct client *c = clients; c < clients + CLIENTS_MAX; c++) if (c->used)

static struct {
	pid_t pid;
	int input, output[2];
	int input_ends;
	int ended, told, code, oom;
	long long finished_nanos, drain_until;
	/* Of its output, bytes that it had written when it ended and that nobody has yet. */
	int owed[2];
} process = { .input = -1, .output = { -1, -1 } };

static unsigned char stdin_data[STDIN_BACKLOG_BYTES];
static struct bytes stdin_backlog;
static int listener = -1, signals = -1;
static int is_exec;
static pid_t deletion;
static long long linger_until;

/* ---- small things ---- */

static long long nanos(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#define now_nanos() nanos(CLOCK_REALTIME)
#define now_millis() (nanos(CLOCK_MONOTONIC) / 1000000)

static void set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void path_in(char *to, size_t size, const char *folder, const char *name)
{
	if (snprintf(to, size, "%s/%s", folder, name) >= (int)size)
		to[0] = 0;
}

static ssize_t read_file(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, to, size - 1);

	if (fd >= 0)
		close(fd);
	if (n >= 0)
		to[n] = 0;
	return n;
}

static int write_file(const char *path, int flags, const char *text, int sync)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
	size_t length = strlen(text);
	int ok;

	if (fd < 0)
		return -1;
	ok = write(fd, text, length) == (ssize_t)length && (!sync || fsync(fd) == 0);
	if (close(fd) < 0 || !ok)
		return -1;
	return 0;
}

/* Field 22 of /proc/PID/stat: when the process started, in ticks since boot. */
static unsigned long long start_ticks(pid_t pid)
{
	char path[64], text[1024];
	char *at;
	int field;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if (read_file(path, text, sizeof text) <= 0)
		return 0;
	at = strrchr(text, ')');
	for (field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* ---- bytes that wait to be written ---- */

static size_t room(const struct bytes *b, size_t capacity)
{
	return capacity - (b->to - b->from);
}

static void put(struct bytes *b, unsigned char *data, size_t capacity, const void *from, size_t n)
{
	if (capacity - b->to < n) {
		memmove(data, data + b->from, b->to - b->from);
		b->to -= b->from;
		b->from = 0;
	}
	memcpy(data + b->to, from, n);
	b->to += n;
}

/* Returns how many went, 0 when the receiver is busy, -1 when it is gone. */
static ssize_t flush(struct bytes *b, unsigned char *data, int fd)
{
	ssize_t n;

	if (b->from == b->to)
		return 0;
	n = write(fd, data + b->from, b->to - b->from);
	if (n < 0)
		return retry_later() ? 0 : -1;
	b->from += (size_t)n;
	if (b->from == b->to)
		b->from = b->to = 0;
	return n;
}

/* ---- clients ---- */

static void leave(struct client *c)
{
	int held_stdin = c->attached & TO_STDIN;

	close(c->in);
	if (c->out != c->in)
		close(c->out);
	madvise(c, sizeof *c, MADV_DONTNEED);
	c->used = 0;
	if (held_stdin && options.stdin_once)
		process.input_ends = 1;
}

static void send_frame(struct client *c, int kind, const void *payload, size_t count)
{
	unsigned char header[HEADER_BYTES] = { (unsigned char)kind, 0, 0, 0,
		(unsigned char)(count >> 24), (unsigned char)(count >> 16),
		(unsigned char)(count >> 8), (unsigned char)count };

	if (!c->used || room(&c->backlog, sizeof c->out_data) < HEADER_BYTES + count) {
		c->leaving = 1;
		return;
	}
	put(&c->backlog, c->out_data, sizeof c->out_data, header, HEADER_BYTES);
	put(&c->backlog, c->out_data, sizeof c->out_data, payload, count);
}

static void send_ok(struct client *c, unsigned char kind)
{
	send_frame(c, OK, &kind, 1);
}

static void send_error(struct client *c, int kind, const char *why)
{
	char text[256];

	snprintf(text, sizeof text, "%c%s", kind, why);
	send_frame(c, ERROR, text, strlen(why) + 1);
}

static void send_exit(struct client *c)
{
	unsigned char payload[13];
	unsigned long long nanos = (unsigned long long)process.finished_nanos;
	int i;

	for (i = 0; i < 4; i++)
		payload[i] = (unsigned char)((unsigned)process.code >> (24 - 8 * i));
	payload[4] = (unsigned char)process.oom;
	for (i = 0; i < 8; i++)
		payload[5 + i] = (unsigned char)(nanos >> (56 - 8 * i));
	send_frame(c, EXIT, payload, sizeof payload);
	if (c->attached)
		c->leaving = 1;
}

static struct client *add_client(int in, int out)
{
	static const unsigned char hello[] = "\001" "wherry-shim " SHIM_VERSION;
	struct client *c;

	for (c = clients; c < clients + CLIENTS_MAX; c++) {
		if (c->used)
			continue;
		c->used = 1;
		c->in = in;
		c->out = out;
		set_nonblocking(in);
		set_nonblocking(out);
		send_frame(c, HELLO, hello, sizeof hello - 1);
		return c;
	}
	return NULL;
}

static void accept_client(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && !add_client(fd, fd))
		close(fd);
}

static void resize(const unsigned char *p)
{
	struct winsize size;

	memset(&size, 0, sizeof size);
	size.ws_col = (unsigned short)(p[0] << 8 | p[1]);
	size.ws_row = (unsigned short)(p[2] << 8 | p[3]);
	if (options.tty && process.output[0] >= 0)
		ioctl(process.output[0], TIOCSWINSZ, &size);
}

/* Returns 0 when the frame has to wait. */
static int take_frame(struct client *c, int kind, const unsigned char *payload, size_t count)
{
	switch (kind) {
	case WAIT:
		c->waits = 1;
		if (process.told)
			send_exit(c);
		break;
	case ATTACH:
		if (process.told) {
			send_exit(c);
			c->leaving = 1;
			break;
		}
		c->attached = count ? payload[0] : 0;
		send_ok(c, ATTACH);
		break;
	case STDIN:
		if (process.input < 0 || process.input_ends)
			break;
		if (room(&stdin_backlog, sizeof stdin_data) < count)
			return 0;
		put(&stdin_backlog, stdin_data, sizeof stdin_data, payload, count);
		break;
	case CLOSE_STDIN:
		if (is_exec || options.stdin_once)
			process.input_ends = 1;
		break;
	case RESIZE:
		if (count >= 4)
			resize(payload);
		break;
	case SIGNAL:
		if (count >= 1 && !process.ended && kill(process.pid, payload[0]) < 0)
			send_error(c, SIGNAL, strerror(errno));
		else
			send_ok(c, SIGNAL);
		break;
	case REOPEN_LOG:
		if (options.log && log_open(options.log) < 0)
			send_error(c, REOPEN_LOG, strerror(errno));
		else
			send_ok(c, REOPEN_LOG);
		break;
	default:
		send_error(c, kind, "unknown kind of frame");
	}
	return 1;
}

static size_t frame_bytes(const struct client *c)
{
	const unsigned char *h = c->in_data;

	return HEADER_BYTES + ((size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 | h[7]);
}

static void take_frames(struct client *c)
{
	while (c->used && !c->leaving && c->in_held >= HEADER_BYTES) {
		size_t length = frame_bytes(c);
		if (length > sizeof c->in_data) {
			c->leaving = 1;
			return;
		}
		if (c->in_held < length
		    || !take_frame(c, c->in_data[0], c->in_data + HEADER_BYTES, length - HEADER_BYTES))
			return;
		c->in_held -= length;
		memmove(c->in_data, c->in_data + length, c->in_held);
	}
}

static void client_gone(struct client *c)
{
	if (is_exec && !process.ended)
		kill(process.pid, SIGKILL);
	leave(c);
}

static void read_client(struct client *c)
{
	ssize_t n = read(c->in, c->in_data + c->in_held, sizeof c->in_data - c->in_held);

	if (n < 0 && retry_later())
		return;
	if (n <= 0) {
		client_gone(c);
		return;
	}
	c->in_held += (size_t)n;
	take_frames(c);
}

static void write_client(struct client *c, long long now)
{
	ssize_t n = flush(&c->backlog, c->out_data, c->out);

	if (n < 0) {
		client_gone(c);
		return;
	}
	if (n > 0 || c->backlog.from == c->backlog.to)
		c->stalled_since = 0;
	else if (!c->stalled_since)
		c->stalled_since = now;
	if (c->leaving && c->backlog.from == c->backlog.to)
		client_gone(c);
}

/* ---- the process's output ---- */

/* Whether everybody who wants this stream can take another chunk. */
static int all_have_room(int stream)
{
	unsigned wanted = stream ? TO_STDERR : TO_STDOUT;

	for EACH_CLIENT(c)
		if (!c->leaving && (c->attached & wanted)
		    && room(&c->backlog, CLIENT_BACKLOG_BYTES) < 2 * (HEADER_BYTES + CHUNK_BYTES))
			return 0;
	return 1;
}

/* Reads once. Returns 0 when there is nothing now. */
static int pump(int stream)
{
	static unsigned char chunk[CHUNK_BYTES];
	unsigned wanted = stream ? TO_STDERR : TO_STDOUT;
	ssize_t n;

	if (process.output[stream] < 0 || !all_have_room(stream))
		return 0;
	n = read(process.output[stream], chunk, sizeof chunk);
	if (n < 0 && retry_later())
		return 0;
	if (n <= 0) {
		close_fd(&process.output[stream]);
		process.owed[stream] = 0;
		return 0;
	}
	process.owed[stream] = process.owed[stream] > n ? process.owed[stream] - (int)n : 0;
	log_take(stream, chunk, (size_t)n);
	for EACH_CLIENT(c)
		if (!c->leaving && (c->attached & wanted))
			send_frame(c, stream ? STDERR : STDOUT, chunk, (size_t)n);
	return 1;
}

#define DRAINED (process.output[0] < 0 && process.output[1] < 0)
#define SETTLED (process.owed[0] == 0 && process.owed[1] == 0)

static void flush_stdin(void)
{
	if (process.input >= 0 && flush(&stdin_backlog, stdin_data, process.input) < 0) {
		close_fd(&process.input);
		stdin_backlog.from = stdin_backlog.to = 0;
	}
	for EACH_CLIENT(c)
		take_frames(c);
	if (process.input_ends && stdin_backlog.from == stdin_backlog.to && !options.tty)
		close_fd(&process.input);
}

/* ---- the end ---- */

static int was_out_of_memory(void)
{
	char text[1024];
	const char *at;

	if (!options.oom || read_file(options.oom, text, sizeof text) <= 0)
		return 0;
	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, "oom_kill ", 9) == 0)
			return atoi(at + 9) > 0;
	}
	return 0;
}

static void reap(void)
{
	struct signalfd_siginfo info;
	char first[16] = "";
	int status, stream;
	pid_t pid;

	/* A machine that goes down waits for first processes that take no SIGTERM, and for us. */
	while (read(signals, &info, sizeof info) > 0)
		if (info.ssi_signo == SIGTERM && info.ssi_pid == 1 && !process.ended
		    && read_file("/proc/1/comm", first, sizeof first) > 0
		    && strncmp(first, "systemd-shutdow", 15) == 0)
			kill(process.pid, SIGKILL);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == deletion) {
			deletion = 0;
			linger_until = now_millis() + LINGER_MILLIS_MAX;
		}
		if (pid != process.pid)
			continue;
		process.ended = 1;
		process.finished_nanos = now_nanos();
		process.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		process.oom = was_out_of_memory();
		process.drain_until = now_millis() + (is_exec ? EXEC_DRAIN_MILLIS_MAX : DRAIN_MILLIS_MAX);
		for (stream = 0; stream < 2; stream++)
			if (process.output[stream] < 0
			    || ioctl(process.output[stream], FIONREAD, &process.owed[stream]) < 0)
				process.owed[stream] = 0;
	}
}

static void store_exit(void)
{
	char text[128], fresh[4096], *slash;
	int fd;

	snprintf(text, sizeof text, "code=%d\noom=%d\nfinished=%lld\n", process.code, process.oom,
		process.finished_nanos);
	if (snprintf(fresh, sizeof fresh, "%s.new", options.exit) >= (int)sizeof fresh
	    || write_file(fresh, O_CREAT | O_TRUNC, text, 1) < 0 || rename(fresh, options.exit) < 0)
		return;
	slash = strrchr(fresh, '/');
	if (slash)
		*slash = 0;
	fd = open(slash ? fresh : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static void handle_signals(void (*handler)(int))
{
	signal(SIGPIPE, handler);
	signal(SIGTERM, handler);
	signal(SIGHUP, handler);
	signal(SIGINT, handler);
}

static pid_t spawn(const char *const argv[], int in, int out, int err)
{
	pid_t pid = fork();

	if (pid == 0) {
		sigset_t none;
		sigemptyset(&none);
		handle_signals(SIG_DFL);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
			_exit(127);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static void tell(void)
{
	process.told = 1;
	log_flush(DRAINED);
	if (!is_exec)
		store_exit();
	for EACH_CLIENT(c)
		if (c->waits || c->attached)
			send_exit(c);
	linger_until = now_millis() + (is_exec ? STALL_MILLIS_MAX : DELETE_MILLIS_MAX);
	if (!is_exec) {
		const char *const argv[] = { options.runtime, "--root", options.root, "delete", "--force",
			options.id, NULL };
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		deletion = spawn(argv, null, null, null);
		close(null);
	}
}

static int finished(long long now)
{
	if (!process.told)
		return 0;
	/* Who is slow gets all of it; who takes nothing is dropped. */
	for EACH_CLIENT(c)
		if (c->backlog.from != c->backlog.to)
			return 0;
	return now >= linger_until || (deletion <= 0 && DRAINED);
}

/* ---- the loop ---- */

/* A command's only client may hold it up for as long as the command runs. */
#define MAY_DROP (!is_exec || process.told)

static int next_timeout(long long now)
{
	long long at = -1;

	if (process.told && now < linger_until)
		at = linger_until;
	else if (process.ended && !process.told && SETTLED)
		at = process.drain_until;
	for EACH_CLIENT(c)
		if (c->stalled_since && MAY_DROP && (at < 0 || c->stalled_since + STALL_MILLIS_MAX < at))
			at = c->stalled_since + STALL_MILLIS_MAX;
	return at < 0 ? -1 : at > now ? (int)(at - now) : 0;
}

static void drop_stalled(long long now)
{
	for EACH_CLIENT(c)
		if (MAY_DROP && c->stalled_since && now >= c->stalled_since + STALL_MILLIS_MAX)
			client_gone(c);
}

static int wants_read(const struct client *c)
{
	return c->used && !c->leaving && c->in_held < sizeof c->in_data
	    && (c->in_held < HEADER_BYTES || c->in_held < frame_bytes(c));
}

enum { POLL_SIGNALS, POLL_LISTENER, POLL_STDIN, POLL_OUTPUT, POLL_CLIENTS = POLL_OUTPUT + 2 };

static int wait_for_events(struct pollfd *p, int timeout)
{
	int i;

	p[POLL_SIGNALS] = (struct pollfd){ .fd = signals, .events = POLLIN };
	p[POLL_LISTENER] = (struct pollfd){ .fd = listener, .events = POLLIN };
	p[POLL_STDIN] = (struct pollfd){
		.fd = stdin_backlog.from != stdin_backlog.to ? process.input : -1, .events = POLLOUT };
	for (i = 0; i < 2; i++)
		p[POLL_OUTPUT + i] = (struct pollfd){
			.fd = all_have_room(i) ? process.output[i] : -1, .events = POLLIN };
	for (i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &clients[i];
		p[POLL_CLIENTS + 2 * i] = (struct pollfd){ .fd = wants_read(c) ? c->in : -1,
			.events = POLLIN };
		p[POLL_CLIENTS + 2 * i + 1] = (struct pollfd){
			.fd = c->used && c->backlog.from != c->backlog.to ? c->out : -1, .events = POLLOUT };
	}
	return poll(p, POLL_CLIENTS + 2 * CLIENTS_MAX, timeout);
}

static void serve_clients(const struct pollfd *p, long long now)
{
	for EACH_CLIENT(c) {
		const struct pollfd *in = &p[POLL_CLIENTS + 2 * (c - clients)];
		if (in->fd >= 0 && in->revents)
			read_client(c);
		if (c->used)
			write_client(c, now);
	}
}

static int serve(void)
{
	static struct pollfd polled[POLL_CLIENTS + 2 * CLIENTS_MAX];

	/* Its end may have come during the start, and not to us. */
	reap();
	if (!process.ended && kill(process.pid, 0) < 0)
		return EXIT_FAILED;
	for (;;) {
		long long now = now_millis();
		int stream;

		if (finished(now))
			return EXIT_DONE;
		if (wait_for_events(polled, next_timeout(now)) < 0 && errno != EINTR)
			return fail("poll");
		now = now_millis();
		if (polled[POLL_SIGNALS].revents)
			reap();
		for (stream = 0; stream < 2; stream++)
			if (polled[POLL_OUTPUT + stream].revents || process.ended)
				while (pump(stream) && process.ended)
					;
		log_flush(0);
		if (polled[POLL_LISTENER].revents)
			accept_client();
		serve_clients(polled, now);
		flush_stdin();
		drop_stalled(now);
		if (process.ended && !process.told
		    && (DRAINED || (SETTLED && now >= process.drain_until)))
			tell();
	}
}

/* ---- the start ---- */

/* Waits for the OCI runtime's program; kills it when it hangs. Returns its exit code. */
static int await_runtime(pid_t pid)
{
	long long until = now_millis() + RUNTIME_MILLIS_MAX;
	struct pollfd p = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo info;
	int status;

	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);
		long long left = until - now_millis();
		if (ended == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (ended < 0)
			return 127;
		if (left <= 0) {
			kill(pid, SIGKILL);
			left = 1000;
		}
		poll(&p, 1, (int)left);
		while (read(signals, &info, sizeof info) > 0)
			;
	}
}

static int listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	strcpy(address.sun_path, name);
	unlink(name);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, CLIENTS_MAX) < 0)
		return -1;
	return fd;
}

/* The terminal's other side, which the OCI runtime has sent before it ended. */
static int receive_terminal(int console)
{
	char byte, control[CMSG_SPACE(sizeof(int)) + 64];
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *header;
	int connection = accept4(console, NULL, NULL, SOCK_CLOEXEC);
	int fd = -1;

	if (connection < 0)
		return -1;
	if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) >= 0)
		for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
			if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
				memcpy(&fd, CMSG_DATA(header), sizeof fd);
	close(connection);
	return fd;
}

/* Runs the OCI runtime with the process's stdio. Returns 0, or -1 with a line on stderr. */
static int start_process(const char *const argv[], int console, const char *pid_file)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int piped = !options.tty && !options.silent;
	char text[32];
	struct stat device;
	int code, pid;

	if (null < 0 || (piped && options.stdin_open && pipe2(in, O_CLOEXEC) < 0)
	    || (piped && (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)))
		return fail("pipe"), -1;
	/* Root of a user namespace may open /dev/stdout and the like anew. */
	for (code = 0; options.owner && code < 3; code++)
		if (fchown((int[]){ in[0], out[1], err[1] }[code], (uid_t)strtoul(options.owner, NULL, 10), -1) < 0 && errno != EBADF)
			return fail("owner"), -1;
	pid = spawn(argv, in[0] >= 0 ? in[0] : null, piped ? out[1] : null, piped ? err[1] : null);
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&err[1]);
	code = pid < 0 ? 127 : await_runtime(pid);
	/* crun has given its process's user the host's device with the other streams. */
	if (fstat(null, &device) == 0 && device.st_uid && fchown(null, 0, 0) < 0)
		fail("/dev/null");
	close(null);
	if (code != 0) {
		dprintf(STDERR_FILENO, "wherry-shim: %s ended with %d\n", argv[0], code);
		return -1;
	}
	if (read_file(pid_file, text, sizeof text) <= 0 || (process.pid = atoi(text)) <= 0)
		return fail(pid_file), -1;
	process.input = in[1];
	process.output[0] = out[0];
	process.output[1] = err[0];
	if (options.tty) {
		process.output[0] = receive_terminal(console);
		if (process.output[0] < 0)
			return fail("terminal"), -1;
		process.input = options.stdin_open ? fcntl(process.output[0], F_DUPFD_CLOEXEC, 3) : -1;
	}
	for (code = 0; code < 3; code++)
		set_nonblocking((int[]){ process.input, process.output[0], process.output[1] }[code]);
	return 0;
}

static void watch_signals(void)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigaddset(&child, SIGTERM);
	sigprocmask(SIG_SETMASK, &child, NULL);
	signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	handle_signals(SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static int start(const char *command)
{
	static char pid_file[4096], log[4096], console_path[4096];
	const char *argv[RUNTIME_ARGS_MAX] = { options.runtime, "--root", options.root, "--log", log,
		"--log-format", "json" };
	int console = -1, n = 7;

	if (options.systemd)
		argv[n++] = "--systemd-cgroup";
	argv[n++] = command;
	argv[n++] = "--detach";
	argv[n++] = "--pid-file";
	argv[n++] = pid_file;
	path_in(pid_file, sizeof pid_file, options.run, "pid");
	path_in(log, sizeof log, options.run, "runc.log");
	path_in(console_path, sizeof console_path, options.run, "console");
	if (options.bundle) {
		argv[n++] = "--bundle";
		argv[n++] = options.bundle;
	}
	if (options.process) {
		argv[n++] = "--process";
		argv[n++] = options.process;
	}
	if (options.tty) {
		console = listen_at("console");
		if (console < 0)
			return fail("console"), -1;
		argv[n++] = "--console-socket";
		argv[n++] = console_path;
	}
	argv[n++] = options.id;
	n = start_process(argv, console, pid_file);
	if (console >= 0) {
		close(console);
		unlink("console");
	}
	return n;
}

static int write_started(void)
{
	char boot[64] = "", text[512];

	read_file("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
	boot[strcspn(boot, "\n")] = 0;
	snprintf(text, sizeof text,
		"protocol=%d\nsupervisor=%d\nsupervisor-start=%llu\npid=%d\npid-start=%llu\nboot=%s\n"
		"started=%lld\n",
		PROTOCOL_VERSION, (int)getpid(), start_ticks(getpid()), (int)process.pid,
		start_ticks(process.pid), boot, now_nanos());
	if (write_file("started.new", O_CREAT | O_TRUNC, text, 0) < 0)
		return -1;
	return rename("started.new", "started");
}

static int mount_shm(void)
{
	char data[64];

	snprintf(data, sizeof data, "mode=1777,size=%s", options.shm_bytes);
	if (mkdir(options.shm, 0700) < 0 && errno != EEXIST)
		return -1;
	return mount("shm", options.shm, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, data);
}

static int supervise(int ready)
{
	int i, null, result;

	setsid();
	watch_signals();
	/* What is said until the container runs goes to whoever started this. */
	dup2(ready, STDERR_FILENO);
	for (i = 0; i < options.leaves; i++)
		if (write_file(options.leave[i], 0, "0", 0) < 0)
			dprintf(STDERR_FILENO, "wherry-shim: stays in %s: %s\n", options.leave[i],
				strerror(errno));
	if (options.oom_score)
		write_file("/proc/self/oom_score_adj", 0, options.oom_score, 0);
	if (options.shm && options.shm_bytes && mount_shm() < 0)
		return fail("shm");
	listener = listen_at("sock");
	if (listener < 0)
		return fail("sock");
	if (options.log && log_open(options.log) < 0)
		return fail(options.log);
	if (start("run") < 0 || (write_started() < 0 && fail("started"))) {
		if (options.shm)
			umount2(options.shm, MNT_DETACH | UMOUNT_NOFOLLOW);
		return EXIT_FAILED;
	}
	dprintf(ready, "started %d\n", (int)process.pid);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
	close(ready);
	result = serve();
	if (options.shm)
		umount2(options.shm, MNT_DETACH | UMOUNT_NOFOLLOW);
	log_flush(1);
	unlink("sock");
	return result;
}

/* ---- command lines ---- */

static int parse(int argc, char **argv)
{
	static const struct {
		const char *name;
		const char **value;
		int *flag;
	} known[] = {
		{ "--id", &options.id, NULL }, { "--runtime", &options.runtime, NULL },
		{ "--root", &options.root, NULL }, { "--bundle", &options.bundle, NULL },
		{ "--run", &options.run, NULL }, { "--exit", &options.exit, NULL },
		{ "--log", &options.log, NULL }, { "--process", &options.process, NULL },
		{ "--oom", &options.oom, NULL }, { "--oom-score", &options.oom_score, NULL },
		{ "--shm", &options.shm, NULL }, { "--shm-bytes", &options.shm_bytes, NULL },
		{ "--tty", NULL, &options.tty }, { "--stdin", NULL, &options.stdin_open },
		{ "--stdin-once", NULL, &options.stdin_once }, { "--silent", NULL, &options.silent },
		{ "--systemd-cgroup", NULL, &options.systemd }, { "--owner", &options.owner, NULL },
	};
	size_t k;
	int i;

	for (i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--leave") == 0 && i + 1 < argc && options.leaves < LEAVES_MAX) {
			options.leave[options.leaves++] = argv[++i];
			continue;
		}
		for (k = 0; k < sizeof known / sizeof known[0]; k++)
			if (strcmp(argv[i], known[k].name) == 0)
				break;
		if (k == sizeof known / sizeof known[0] || (known[k].value && i + 1 == argc))
			return -1;
		if (known[k].flag)
			*known[k].flag = 1;
		else
			*known[k].value = argv[++i];
	}
	return options.id && options.runtime && options.root && options.run ? chdir(options.run) : -1;
}

/* Relays what the supervisor says until it runs or ends. */
static int await_start(int ready)
{
	char text[1024];
	size_t held = 0;
	ssize_t n;

	while (held < sizeof text && (n = read(ready, text + held, sizeof text - held)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		held += (size_t)n;
	}
	n = held > 0 ? write(STDOUT_FILENO, text, held) : 0;
	text[held < sizeof text ? held : sizeof text - 1] = 0;
	return n >= 0 && (strncmp(text, "started ", 8) == 0 || strstr(text, "\nstarted "))
		? EXIT_DONE : EXIT_FAILED;
}

int run_supervise(int argc, char **argv)
{
	int ready[2];
	pid_t pid;

	if (parse(argc, argv) < 0 || !options.bundle || !options.exit)
		return dprintf(STDERR_FILENO, "wherry-shim %s: see supervise.c\n", argv[1]), EXIT_USAGE;
	if (pipe2(ready, O_CLOEXEC) < 0)
		return fail("pipe");
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid > 0) {
		close(ready[1]);
		return await_start(ready[0]);
	}
	close(ready[0]);
	return supervise(ready[1]);
}

int run_exec(int argc, char **argv)
{
	struct client *c;
	int in, out;

	if (parse(argc, argv) < 0 || !options.process)
		return dprintf(STDERR_FILENO, "wherry-shim %s: see supervise.c\n", argv[1]), EXIT_USAGE;
	is_exec = 1;
	watch_signals();
	if (start("exec") < 0)
		return EXIT_FAILED;
	in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	c = in < 0 || out < 0 ? NULL : add_client(in, out);
	if (!c)
		return fail("stdio");
	c->attached = TO_STDIN | TO_STDOUT | TO_STDERR;
	send_ok(c, ATTACH);
	return serve();
}

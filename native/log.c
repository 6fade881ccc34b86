/*
 * The container's log: lines TIMESTAMP STREAM TAG CONTENT, tag P for a line that goes on and F for
 * one that is whole (kubernetes/design-proposals kubelet-cri-logging). A line is kept until it ends
 * or fills its buffer; the last one, which nothing ended, is P, as containerd has it. What cannot be written (disk full) is dropped whole, never torn.
 */
#define _GNU_SOURCE
#include "wherry-shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 16384, BATCH_BYTES = 32768, HEAD_BYTES_MAX = 128 };

static int log_fd = -1;
static unsigned char line[2][LINE_BYTES_MAX];
static size_t line_held[2];
static unsigned char batch[BATCH_BYTES];
static size_t batch_held;

int log_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0)
		return -1;
	log_flush(0);
	if (log_fd >= 0)
		close(log_fd);
	log_fd = fd;
	return 0;
}

/* A batch is whole lines; one that does not fit on the disk leaves no half line behind. */
static void write_batch(void)
{
	struct stat before;
	size_t done = 0;

	if (batch_held == 0)
		return;
	if (log_fd >= 0 && fstat(log_fd, &before) == 0) {
		while (done < batch_held) {
			ssize_t n = write(log_fd, batch + done, batch_held - done);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				break;
			done += (size_t)n;
		}
		if (done < batch_held && ftruncate(log_fd, before.st_size) < 0)
			dprintf(STDERR_FILENO, "wherry-shim: log: %s\n", strerror(errno));
	}
	batch_held = 0;
}

/* "2026-01-02T03:04:05.123456789Z"; the second's part is made once a second. */
static size_t timestamp(char *to)
{
	static char second[80];
	static time_t of = -1;
	struct timespec now;
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != of) {
		of = now.tv_sec;
		gmtime_r(&of, &parts);
		snprintf(second, sizeof second, "%04d-%02d-%02dT%02d:%02d:%02d", parts.tm_year + 1900,
			parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
	}
	return (size_t)sprintf(to, "%s.%09ldZ", second, now.tv_nsec);
}

static void put_line(int stream, char tag, const unsigned char *bytes, size_t count)
{
	char head[HEAD_BYTES_MAX];
	size_t head_bytes = timestamp(head);

	head_bytes += (size_t)sprintf(head + head_bytes, " %s %c ", stream ? "stderr" : "stdout", tag);
	if (batch_held + head_bytes + count + 1 > sizeof batch)
		write_batch();
	memcpy(batch + batch_held, head, head_bytes);
	memcpy(batch + batch_held + head_bytes, bytes, count);
	batch_held += head_bytes + count;
	batch[batch_held++] = '\n';
}

static void keep(int stream, const unsigned char *bytes, size_t count)
{
	while (count > 0) {
		size_t room = LINE_BYTES_MAX - line_held[stream];
		size_t n = count < room ? count : room;

		memcpy(line[stream] + line_held[stream], bytes, n);
		line_held[stream] += n;
		bytes += n;
		count -= n;
		if (line_held[stream] == LINE_BYTES_MAX && count > 0) {
			put_line(stream, 'P', line[stream], LINE_BYTES_MAX);
			line_held[stream] = 0;
		}
	}
}

void log_take(int stream, const unsigned char *bytes, size_t count)
{
	if (log_fd < 0)
		return;
	while (count > 0) {
		const unsigned char *end = memchr(bytes, '\n', count);
		size_t n = end ? (size_t)(end - bytes) : count;

		if (end && line_held[stream] == 0) {
			put_line(stream, 'F', bytes, n);
		} else {
			keep(stream, bytes, n);
			if (end) {
				put_line(stream, 'F', line[stream], line_held[stream]);
				line_held[stream] = 0;
			}
		}
		bytes += n + (end ? 1 : 0);
		count -= n + (end ? 1 : 0);
	}
}

void log_flush(int rest)
{
	int stream;

	for (stream = 0; rest && stream < 2; stream++) {
		if (line_held[stream] > 0)
			put_line(stream, 'P', line[stream], line_held[stream]);
		line_held[stream] = 0;
	}
	write_batch();
}

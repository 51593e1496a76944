/* SPDX-License-Identifier: ISC */
/* Secrets from files: the permissions are those of the descriptor that is read, so no other file can slip in between. */
#include "support/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/arena.h"

enum { SECRET_MAX = 64 << 10 };

static int
refuse(char *why, size_t size, int rc, const char *sentence)
{
	snprintf(why, size, "%s", sentence);
	return rc;
}

static int
check_file(const struct stat *st, char *why, size_t why_size)
{
	if (!S_ISREG(st->st_mode))
		return refuse(why, why_size, -EINVAL, "is not a file");
	if ((st->st_mode & (S_IROTH | S_IWOTH)) != 0) {
		snprintf(why, why_size, "may be read or written by everyone (mode %04o); chmod o= is needed",
		    st->st_mode & 07777);
		return -EACCES;
	}
	if (st->st_size > SECRET_MAX)
		return refuse(why, why_size, -EFBIG, "is larger than 64 KiB");
	return 0;
}

static int
read_from(int fd, struct arena *arena, const char **secret, char *why, size_t why_size)
{
	struct stat st;
	if (fstat(fd, &st) < 0) {
		int rc = -errno;
		snprintf(why, why_size, "cannot be read: %s", strerror(-rc));
		return rc;
	}
	int rc = check_file(&st, why, why_size);
	if (rc < 0)
		return rc;

	char text[SECRET_MAX + 1];
	ssize_t n = read(fd, text, sizeof(text) - 1);
	if (n < 0) {
		rc = -errno;
		snprintf(why, why_size, "cannot be read: %s", strerror(-rc));
		return rc;
	}
	size_t len = (size_t)n;
	if (len > 0 && text[len - 1] == '\n')
		len -= len > 1 && text[len - 2] == '\r' ? 2 : 1;
	if (len == 0)
		return refuse(why, why_size, -EINVAL, "is empty");
	if (memchr(text, '\0', len) != NULL)
		return refuse(why, why_size, -EINVAL, "holds a NUL, which no secret may");
	const char *copy = arena_text(arena, text, len);
	explicit_bzero(text, len);
	if (copy == NULL)
		return refuse(why, why_size, -ENOMEM, "does not fit into memory");
	*secret = copy;
	return 0;
}

int
secret_read(struct arena *arena, const char *path, const char **secret, char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int rc = -errno;
		snprintf(why, why_size, "cannot be read: %s", strerror(-rc));
		return rc;
	}
	int rc = read_from(fd, arena, secret, why, why_size);
	close(fd);
	return rc;
}

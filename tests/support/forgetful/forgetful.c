/* SPDX-License-Identifier: ISC */
/*
 * A disk that forgets what was not synced, and that fails on command: preloaded into any program. README.md beside it tells how.
 *
 * Every system call is made directly, so that it does not matter who else wraps the C library's functions (the sanitizers do).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT  __attribute__((visibility("default")))
#define PAGE    4096
#define FDS_MAX 65536
#define HANGS   (-1) /* not an error: the disk does not answer until another order is given */

struct file {
	struct file *next;
	dev_t dev;
	ino_t ino;
	char path[PATH_MAX];
	int image;            /* the durable one */
	unsigned char *dirty; /* a flag for each page of the live file */
	size_t pages;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files;
static struct file *by_fd[FDS_MAX];
static char watched[PATH_MAX], durable[PATH_MAX], control[PATH_MAX];

static void __attribute__((constructor)) forgetful_start(void)
{
	const char *folder = getenv("FORGETFUL_DIR"), *images = getenv("FORGETFUL_DURABLE");
	const char *faults = getenv("FORGETFUL_CONTROL");

	if (folder == NULL || realpath(folder, watched) == NULL)
		watched[0] = '\0';
	if (images == NULL || realpath(images, durable) == NULL)
		durable[0] = '\0';
	if (faults != NULL)
		snprintf(control, sizeof(control), "%s", faults);
}

/* Faults. */

static int
error_named(const char *name)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = { { "ENOSPC", ENOSPC }, { "EIO", EIO }, { "EDQUOT", EDQUOT }, { "EROFS", EROFS },
		{ "HANG", HANGS } };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].error;
	return EIO;
}

/* The error that the control file orders for `operation` on `path`, 0: none. Lines: OPERATION ERROR [PART OF THE FILE'S NAME]. */
static int
fault_of(const char *operation, const char *path)
{
	char text[1024], op[16], error[16], part[256];

	if (control[0] == '\0')
		return 0;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	long len = syscall(SYS_read, fd, text, sizeof(text) - 1);
	syscall(SYS_close, fd);
	text[len > 0 ? len : 0] = '\0';
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
		int fields = sscanf(line, "%15s %15s %255s", op, error, part);
		if (fields >= 2 && strcmp(op, operation) == 0 && (fields == 2 || strstr(path, part) != NULL))
			return error_named(error);
	}
	return 0;
}

/* Not under the lock: who changes the order must not have to wait for it. */
static int
wait_for_fault(const char *operation, const char *path)
{
	int error;

	while ((error = fault_of(operation, path)) == HANGS)
		usleep(10000);
	return error;
}

/* Files. */

static bool
is_watched(const char *path)
{
	size_t len = strlen(watched), size = strlen(path);

	if (len == 0 || strncmp(path, watched, len) != 0 || path[len] != '/')
		return false;
	/* SQLite's index of its log: in shared memory only, made anew after a crash. */
	return size < 4 || strcmp(path + size - 4, "-shm") != 0;
}

static void
image_path(const char *path, char *out, size_t size)
{
	int len = snprintf(out, size, "%s/", durable);

	for (const char *from = path + strlen(watched) + 1; *from != '\0' && (size_t)len + 1 < size; from++)
		out[len++] = *from == '/' ? '%' : *from;
	out[len] = '\0';
}

static void
mark_dirty(struct file *file, off_t offset, size_t len)
{
	size_t first = (size_t)offset / PAGE, end = ((size_t)offset + len + PAGE - 1) / PAGE;

	if (end > file->pages) {
		size_t pages = end + 256;
		unsigned char *dirty = realloc(file->dirty, pages);
		if (dirty == NULL)
			abort();
		memset(dirty + file->pages, 0, pages - file->pages);
		file->dirty = dirty;
		file->pages = pages;
	}
	if (end > first)
		memset(file->dirty + first, 1, end - first);
}

static void
copy_page(int from, int to, size_t page)
{
	char data[PAGE];
	long len = syscall(SYS_pread64, from, data, sizeof(data), (off_t)page * PAGE);

	if (len > 0)
		syscall(SYS_pwrite64, to, data, (size_t)len, (off_t)page * PAGE);
}

/* What was written becomes durable. */
static void
file_persist(struct file *file, int fd)
{
	struct stat st;

	if (file->image < 0) {
		char image[PATH_MAX];
		image_path(file->path, image, sizeof(image));
		file->image = (int)syscall(SYS_openat, AT_FDCWD, image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (file->image < 0)
			return;
	}
	int live = (int)syscall(SYS_openat, AT_FDCWD, file->path, O_RDONLY | O_CLOEXEC, 0);
	for (size_t page = 0; page < file->pages; page++)
		if (file->dirty[page]) {
			copy_page(live, file->image, page);
			file->dirty[page] = 0;
		}
	if (syscall(SYS_fstat, fd, &st) == 0)
		syscall(SYS_ftruncate, file->image, st.st_size);
	syscall(SYS_close, live);
}

/*
 * A file that is there already and has no image yet is taken as durable. One that has an image may differ from it, if a process
 * was killed before: all of it may be dirty.
 */
static void
file_attach(struct file *file, int fd, const struct stat *st)
{
	char image[PATH_MAX];

	image_path(file->path, image, sizeof(image));
	file->image = (int)syscall(SYS_openat, AT_FDCWD, image, O_RDWR | O_CLOEXEC, 0);
	mark_dirty(file, 0, (size_t)st->st_size);
	if (file->image < 0 && st->st_size > 0)
		file_persist(file, fd);
}

static struct file *
file_find(const char *path, int fd)
{
	struct stat st, image;
	struct file *file;

	if (syscall(SYS_fstat, fd, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	for (file = files; file != NULL; file = file->next)
		if (file->dev == st.st_dev && file->ino == st.st_ino && strcmp(file->path, path) == 0)
			break;
	if (file == NULL) {
		file = calloc(1, sizeof(*file));
		if (file == NULL)
			abort();
		*file = (struct file){ .next = files, .dev = st.st_dev, .ino = st.st_ino, .image = -1 };
		snprintf(file->path, sizeof(file->path), "%s", path);
		files = file;
	}
	/* Somebody may have emptied the folder of images, to begin anew. */
	if (file->image >= 0 && (syscall(SYS_fstat, file->image, &image) != 0 || image.st_nlink == 0)) {
		syscall(SYS_close, file->image);
		file->image = -1;
	}
	if (file->image < 0)
		file_attach(file, fd, &st);
	return file;
}

static struct file *
file_of(int fd)
{
	return fd >= 0 && fd < FDS_MAX ? by_fd[fd] : NULL;
}

static int
do_open(int at, const char *path, int flags, mode_t mode)
{
	char link[64], real[PATH_MAX];

	int fd = (int)syscall(SYS_openat, at, path, flags, mode);
	if (fd < 0 || fd >= FDS_MAX || watched[0] == '\0' || durable[0] == '\0')
		return fd;
	int error = errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	long len = syscall(SYS_readlinkat, AT_FDCWD, link, real, sizeof(real) - 1);
	real[len > 0 ? len : 0] = '\0';
	pthread_mutex_lock(&lock);
	by_fd[fd] = is_watched(real) ? file_find(real, fd) : NULL;
	pthread_mutex_unlock(&lock);
	errno = error;
	return fd;
}

/* The calls. */

#define OPEN_MODE(flags)                              \
	mode_t mode = 0;                              \
	if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
		va_list ap;                           \
		va_start(ap, flags);                  \
		mode = va_arg(ap, mode_t);            \
		va_end(ap);                           \
	}

EXPORT int
open(const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(AT_FDCWD, path, flags, mode);
}

EXPORT int
open64(const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(AT_FDCWD, path, flags, mode);
}

EXPORT int
openat(int at, const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(at, path, flags, mode);
}

EXPORT int
openat64(int at, const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(at, path, flags, mode);
}

EXPORT int
close(int fd)
{
	if (fd >= 0 && fd < FDS_MAX) {
		pthread_mutex_lock(&lock);
		by_fd[fd] = NULL;
		pthread_mutex_unlock(&lock);
	}
	return (int)syscall(SYS_close, fd);
}

/* Whether a write of `len` at `offset` may go on: -1 with errno otherwise. */
static int
write_allowed(struct file *file, int fd, off_t offset, size_t len)
{
	struct stat st;
	int error = fault_of("write", file->path);

	if (error == 0 && syscall(SYS_fstat, fd, &st) == 0 && offset + (off_t)len > st.st_size)
		error = fault_of("grow", file->path);
	if (error != 0)
		errno = error;
	return error != 0 ? -1 : 0;
}

static ssize_t
do_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	pthread_mutex_lock(&lock);
	struct file *file = file_of(fd);
	ssize_t count = -1;
	if (file == NULL || write_allowed(file, fd, offset, len) == 0)
		count = syscall(SYS_pwrite64, fd, data, len, offset);
	if (file != NULL && count > 0)
		mark_dirty(file, offset, (size_t)count);
	pthread_mutex_unlock(&lock);
	return count;
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return file_of(fd) != NULL ? do_pwrite(fd, data, len, offset)
				   : syscall(SYS_pwrite64, fd, data, len, offset);
}

EXPORT ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	return pwrite(fd, data, len, offset);
}

/* Of a watched file, written as one: nobody else moves its offset meanwhile. */
EXPORT ssize_t
write(int fd, const void *data, size_t len)
{
	struct stat st;

	if (file_of(fd) == NULL)
		return syscall(SYS_write, fd, data, len);
	bool appends = (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) != 0;
	off_t offset =
	    appends && syscall(SYS_fstat, fd, &st) == 0 ? st.st_size : syscall(SYS_lseek, fd, 0, SEEK_CUR);
	ssize_t count = do_pwrite(fd, data, len, offset);
	if (count > 0)
		syscall(SYS_lseek, fd, offset + count, SEEK_SET);
	return count;
}

EXPORT ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t total = 0;

	if (file_of(fd) == NULL)
		return syscall(SYS_writev, fd, parts, count);
	for (int i = 0; i < count; i++) {
		ssize_t written = write(fd, parts[i].iov_base, parts[i].iov_len);
		if (written < 0)
			return total > 0 ? total : -1;
		total += written;
		if ((size_t)written < parts[i].iov_len)
			break;
	}
	return total;
}

static int
do_ftruncate(int fd, off_t len)
{
	pthread_mutex_lock(&lock);
	struct file *file = file_of(fd);
	int error = file != NULL ? fault_of("write", file->path) : 0, rc = -1;
	if (error != 0)
		errno = error;
	else
		rc = (int)syscall(SYS_ftruncate, fd, len);
	pthread_mutex_unlock(&lock);
	return rc;
}

EXPORT int
ftruncate(int fd, off_t len)
{
	return do_ftruncate(fd, len);
}

EXPORT int
ftruncate64(int fd, off64_t len)
{
	return do_ftruncate(fd, len);
}

/* As Linux does it: what could not be written is no longer dirty, so the next sync succeeds without it. */
static int
do_sync(int fd, long number)
{
	struct file *file = file_of(fd);
	int rc = 0, error = file != NULL ? wait_for_fault("fsync", file->path) : 0;

	pthread_mutex_lock(&lock);
	if (file == NULL) {
		rc = (int)syscall(number, fd);
	} else if (error != 0) {
		memset(file->dirty, 0, file->pages);
		errno = error;
		rc = -1;
	} else {
		file_persist(file, fd); /* instead of a real one: durable is what is in the image */
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

EXPORT int
fsync(int fd)
{
	return do_sync(fd, SYS_fsync);
}

EXPORT int
fdatasync(int fd)
{
	return do_sync(fd, SYS_fdatasync);
}

/* Names: a removal or a new name is durable at once; a new file with its first sync. */

static bool
image_of(const char *path, char *out, size_t size)
{
	char folder[PATH_MAX], real[PATH_MAX + 256];
	const char *slash = strrchr(path, '/');

	if (watched[0] == '\0' || durable[0] == '\0')
		return false;
	snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) : 1,
	    slash != NULL ? path : ".");
	char *resolved = realpath(folder, NULL);
	if (resolved == NULL)
		return false;
	snprintf(real, sizeof(real), "%s/%s", resolved, slash != NULL ? slash + 1 : path);
	free(resolved);
	if (!is_watched(real))
		return false;
	image_path(real, out, size);
	return true;
}

static void
forget_path(const char *path)
{
	pthread_mutex_lock(&lock);
	for (struct file *file = files; file != NULL; file = file->next) {
		char image[PATH_MAX];
		image_path(file->path, image, sizeof(image));
		if (strcmp(image, path) == 0)
			file->path[0] = '\0'; /* an open descriptor goes on, under no name */
	}
	pthread_mutex_unlock(&lock);
}

EXPORT int
unlink(const char *path)
{
	char image[PATH_MAX];
	bool known = image_of(path, image, sizeof(image));
	int rc = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);

	if (rc == 0 && known) {
		forget_path(image);
		syscall(SYS_unlinkat, AT_FDCWD, image, 0);
	}
	return rc;
}

EXPORT int
rename(const char *from, const char *to)
{
	char image_from[PATH_MAX], image_to[PATH_MAX];
	bool known =
	    image_of(from, image_from, sizeof(image_from)) && image_of(to, image_to, sizeof(image_to));
	int rc = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);

	if (rc == 0 && known) {
		forget_path(image_from);
		forget_path(image_to);
		syscall(SYS_renameat2, AT_FDCWD, image_from, AT_FDCWD, image_to, 0);
	}
	return rc;
}

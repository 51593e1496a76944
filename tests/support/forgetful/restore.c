/* SPDX-License-Identifier: ISC */
/*
 * forgetful_restore DIR DURABLE [SEED]: after the process was killed, leaves on the disk what a power cut would have left: what was
 * synced. With SEED also a part of what was not synced, by chance, as a disk may have written some of it already.
 *
 * forgetful_restore --settle DIR DURABLE: the other way round: all that is in DIR becomes durable, before the next program starts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

static unsigned seed;
static bool mixes, settles;

static bool
survives(void)
{
	return mixes && rand_r(&seed) % 2 == 0;
}

/* Makes `live` what `image` is, but for pages that survive though nobody synced them. */
static int
restore_file(const char *live_path, const char *image_path)
{
	char old[PAGE], now[PAGE];
	struct stat live_st, image_st;
	int live = open(live_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600),
	    image = open(image_path, O_RDONLY | O_CLOEXEC);

	if (live < 0 || image < 0 || fstat(live, &live_st) < 0 || fstat(image, &image_st) < 0) {
		perror(live_path);
		return 1;
	}
	/* A file keeps its new length or its old one: a page beyond survives only with the length. */
	off_t size = live_st.st_size > image_st.st_size && survives() ? live_st.st_size : image_st.st_size;
	int failed = ftruncate(live, size) < 0;
	for (off_t at = 0; at < size && !failed; at += PAGE) {
		ssize_t len = pread(image, old, PAGE, at);
		if (pread(live, now, PAGE, at) == len && memcmp(old, now, len > 0 ? (size_t)len : 0) == 0)
			continue;
		if (!survives()) {
			memset(old + (len > 0 ? len : 0), 0, PAGE - (size_t)(len > 0 ? len : 0));
			size_t part = size - at < PAGE ? (size_t)(size - at) : PAGE;
			failed = pwrite(live, old, part, at) != (ssize_t)part;
		}
	}
	close(live);
	close(image);
	if (failed)
		perror(live_path);
	return failed;
}

static int
settle_file(const char *live_path, const char *image_path)
{
	char data[PAGE];
	ssize_t len = 0;
	int live = open(live_path, O_RDONLY | O_CLOEXEC);
	int image = open(image_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	bool failed = live < 0 || image < 0;
	while (!failed && (len = read(live, data, sizeof(data))) > 0)
		failed = write(image, data, (size_t)len) != len;
	if (failed || len < 0)
		perror(live_path);
	close(live);
	close(image);
	return failed || len < 0;
}

static int
one_file(const char *live_path, const char *image_path)
{
	size_t len = strlen(live_path);
	bool is_index = len > 4 && strcmp(live_path + len - 4, "-shm") == 0;

	if (settles)
		return is_index ? 0 : settle_file(live_path, image_path);
	if (access(image_path, F_OK) == 0)
		return restore_file(live_path, image_path);
	return unlink(live_path) < 0; /* never synced: its name was not on the disk either */
}

static int
restore_folder(const char *folder, const char *durable, const char *prefix)
{
	char path[PATH_MAX], image[PATH_MAX], deeper[PATH_MAX];
	int failed = 0;
	DIR *dir = opendir(folder);

	if (dir == NULL) {
		perror(folder);
		return 1;
	}
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		int len = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		int image_len = snprintf(image, sizeof(image), "%s/%s%s", durable, prefix, entry->d_name);
		if (len >= (int)sizeof(path) || image_len >= (int)sizeof(image) || lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			snprintf(deeper, sizeof(deeper), "%s%%", image + strlen(durable) + 1);
			failed |= restore_folder(path, durable, deeper);
		} else if (S_ISREG(st.st_mode)) {
			failed |= one_file(path, image);
		}
	}
	closedir(dir);
	return failed;
}

int
main(int argc, char **argv)
{
	settles = argc > 1 && strcmp(argv[1], "--settle") == 0;
	argc -= settles;
	argv += settles;
	if (argc < 3) {
		fprintf(stderr,
		    "usage: forgetful_restore DIR DURABLE [SEED]\n       forgetful_restore --settle DIR "
		    "DURABLE\n");
		return 2;
	}
	mixes = argc > 3;
	seed = mixes ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	return restore_folder(argv[1], argv[2], "");
}

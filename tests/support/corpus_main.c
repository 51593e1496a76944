/* SPDX-License-Identifier: ISC */
/* Runs a fuzz target over every file of a kept corpus: the short form of fuzzing, with any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
run_file(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return -1;
	}
	/* An allocation of the exact size lets ASan see a read past the end. */
	uint8_t *data = malloc(1);
	size_t size = 0;
	int c;
	while ((c = fgetc(f)) != EOF) {
		uint8_t *grown = realloc(data, size + 1);
		if (grown == NULL)
			break;
		data = grown;
		data[size++] = (uint8_t)c;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	unsigned count = 0;
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		if (d == NULL) {
			perror(argv[i]);
			return 1;
		}
		struct dirent *e;
		while ((e = readdir(d)) != NULL) {
			if (e->d_name[0] == '.')
				continue;
			if (run_file(argv[i], e->d_name) < 0) {
				closedir(d);
				return 1;
			}
			count++;
		}
		closedir(d);
	}
	printf("%u inputs\n", count);
	return count == 0;
}

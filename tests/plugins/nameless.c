/* SPDX-License-Identifier: ISC */
/* A shared object that is no plugin. */
int nothing(void);

__attribute__((visibility("default"))) int
nothing(void)
{
	return 0;
}

/* SPDX-License-Identifier: ISC */
/* The main() of every unit test: a table of claims, run by CUnit, exit status 1 when one is false. */
#ifndef TESTS_SUPPORT_CUNIT_MAIN_H
#define TESTS_SUPPORT_CUNIT_MAIN_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

struct claim {
	const char *name;
	void (*fn)(void);
};

/* CLAIM(fn): the function's name is the sentence that must be true. */
#define CLAIM(fn)       \
	{               \
#fn, fn \
	}

static inline int
claims_run(const char *suite, const struct claim *claims, size_t count)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	CU_pSuite s = CU_add_suite(suite, NULL, NULL);
	for (size_t i = 0; s != NULL && i < count; i++)
		if (CU_add_test(s, claims[i].name, claims[i].fn) == NULL)
			s = NULL;
	int failed = 1;
	if (s != NULL) {
		CU_basic_set_mode(CU_BRM_NORMAL);
		CU_basic_run_tests();
		failed = CU_get_number_of_failures() != 0 || CU_get_number_of_tests_run() != count;
	}
	CU_cleanup_registry();
	return failed;
}

#define CLAIMS_MAIN(suite, claims)                                                      \
	int main(void)                                                                  \
	{                                                                               \
		return claims_run(suite, claims, sizeof(claims) / sizeof((claims)[0])); \
	}

#endif

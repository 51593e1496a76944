/* SPDX-License-Identifier: ISC */
/* For tests that start libnetsnmpagent: what it does not free of its own start is no leak of ours (7 KB each time). Found by whole stacks. */
#ifndef PLUGINS_SNMP_AGENT_LIBRARY_LEAKS_H
#define PLUGINS_SNMP_AGENT_LIBRARY_LEAKS_H

__attribute__((visibility("default"))) const char *
__asan_default_options(void); /* called by the sanitizer, from outside */
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void); /* called by the sanitizer, from outside */

const char *
__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions(void)
{
	return "leak:init_agent\nleak:init_sysORTable\n";
}

#endif

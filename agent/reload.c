/* SPDX-License-Identifier: ISC */
/* Reload: the inventory and the log level are read again, and by each plugin what it keeps in files of its own. Options are those of the start. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/agent.h"
#include "agent/config/log.h"
#include "agent/model/inventory.h"
#include "agent/store/store.h"

struct reload {
	struct agent *agent;
	struct control_call *call; /* NULL: nobody waits, the log is told */
	bool is_first;             /* at the start: the plugins read theirs by themselves */
	struct towerd_fault_sink faults;
	struct inventory_result result;
};

#define FILE_MAX (64 << 20)

char *
agent_read_file(const char *path, size_t *len, struct towerd_fault_sink *faults)
{
	FILE *file = fopen(path, "re");
	struct stat found;
	char *text = NULL;
	const char *trouble = NULL;

	if (file == NULL || fstat(fileno(file), &found) < 0)
		trouble = strerror(errno);
	else if (!S_ISREG(found.st_mode))
		trouble = "it is not a file";
	else if (found.st_size > FILE_MAX)
		trouble = "it is larger than 64 MiB";
	else if ((text = malloc((size_t)found.st_size + 1)) == NULL)
		trouble = "out of memory";
	if (text != NULL) {
		*len = fread(text, 1, (size_t)found.st_size, file);
		text[*len] = '\0';
		if (ferror(file))
			trouble = strerror(EIO);
	}
	if (file != NULL)
		fclose(file);
	if (trouble == NULL)
		return text;
	free(text);
	faults->count++;
	faults->report(faults->arg, path, 0, 0, trouble);
	return NULL;
}

static void
fault_tell(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	const struct reload *reload = arg;

	if (reload->call != NULL)
		control_error(reload->call, "%s:%u:%u: %s\n", file, line, column, message);
	else
		log_write(TOWERD_LOG_ERROR, NULL, "%s:%u:%u: %s", file, line, column, message);
}

static void
reload_refuse(struct reload *reload, int rc)
{
	const char *reason = rc == -EINVAL ? "it has faults"
	    : rc == -EBUSY                 ? "another import is being written"
					   : strerror(-rc);

	if (store_trouble(reload->agent->store) != NULL)
		reason = store_trouble(reload->agent->store);
	if (reload->call != NULL)
		command_refuse(reload->call, "nothing was changed: %s", reason);
	else
		log_write(TOWERD_LOG_ERROR, NULL, "the inventory was not taken: %s; what was known goes on",
		    reason);
}

static void
plugin_failed(void *arg, const char *plugin, const char *sentence)
{
	const struct reload *reload = arg;

	log_write(
	    TOWERD_LOG_ERROR, NULL, "plugin %s: not reloaded: %s; what it had goes on", plugin, sentence);
	if (reload->call != NULL)
		control_error(
		    reload->call, "plugin %s: not reloaded: %s; what it had goes on\n", plugin, sentence);
}

/* Ends the reload. The plugins come after the inventory: what they read again may be about its new devices. */
static void
reload_tell(struct reload *reload, int rc)
{
	const struct inventory_result *r = &reload->result;

	if (rc < 0) {
		reload_refuse(reload, rc);
		free(reload);
		return;
	}
	log_write(TOWERD_LOG_INFO, NULL, "inventory: %u sites added, %u changed, %u removed, %u unchanged",
	    r->added, r->changed, r->removed, r->unchanged);
	if (reload->call != NULL)
		control_print(reload->call, "sites: %u added, %u changed, %u removed, %u unchanged\n",
		    r->added, r->changed, r->removed, r->unchanged);
	unsigned failed = reload->is_first ? 0 : host_reload(reload->agent->host, plugin_failed, reload);
	if (reload->call != NULL)
		control_exit(reload->call, failed == 0 ? 0 : 1);
	free(reload);
}

static void
inventory_durable(void *arg, int rc)
{
	reload_tell(arg, rc);
}

static void
inventory_reload(struct reload *reload, const char *path)
{
	size_t len;
	char *text = agent_read_file(path, &len, &reload->faults);

	int rc = text == NULL ? -EINVAL
			      : inventory_import(reload->agent->model, path, text, len, false, "agent",
				    &reload->faults, &reload->result, inventory_durable, reload);
	free(text);
	if (rc < 0)
		reload_tell(reload, rc);
}

void
agent_reload(void *arg, struct control_call *call)
{
	struct agent *agent = arg;
	struct reload *reload = calloc(1, sizeof(*reload));

	if (reload == NULL) {
		if (call != NULL)
			command_refuse(call, "out of memory");
		return;
	}
	*reload = (struct reload){ .agent = agent,
		.call = call,
		.is_first = !agent->is_started,
		.faults = { fault_tell, reload, 0 } };
	struct config *config = config_load(agent->config_path, &reload->faults);
	if (config == NULL || reload->faults.count > 0) {
		reload_tell(reload, -EINVAL);
	} else {
		agent_log_start(agent, &config->agent.log);
		if (config->agent.inventory != NULL)
			inventory_reload(reload, config->agent.inventory);
		else
			reload_tell(reload, 0);
	}
	config_free(config);
}

/* SPDX-License-Identifier: ISC */
/* The wiring of the layers, in their order. Each failure is one clear sentence. */
#include "agent/agent.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/config/log.h"
#include "agent/model/inventory.h"
#include "agent/store/store.h"

static struct loop_owner agent_owner = { .name = "agent" };

/* What the layers below say. */

static void
overstayed(void *arg, const struct loop_owner *owner, int64_t cpu_ns, int64_t wall_ns)
{
	struct agent *agent = arg;

	host_overstay(agent->host, owner, cpu_ns, wall_ns);
}

static void
library_said(void *arg, const char *message)
{
	(void)arg;
	log_write(TOWERD_LOG_WARNING, "loop", "%s", message);
}

static void
store_health(void *arg, const char *reason)
{
	struct agent *agent = arg;

	if (reason != NULL)
		log_write(TOWERD_LOG_ERROR, "store",
		    "cannot commit: %s; tickets, crew updates and changes are refused, alarms leave marked "
		    "as not durable",
		    reason);
	else
		log_write(TOWERD_LOG_INFO, "store", "commits again");
	if (agent->alarms != NULL)
		alarms_store_health(agent->alarms, reason);
}

static void
store_commit(void *arg)
{
	struct agent *agent = arg;

	host_commit(agent->host);
}

static void
cursor_lost(void *arg, const char *name, uint64_t position)
{
	struct agent *agent = arg;

	(void)position;
	host_cursor_lost(agent->host, name);
}

static uint32_t
ticket_at(void *arg, uint32_t site)
{
	const struct agent *agent = arg;
	const struct ticket *ticket = ticket_open_at(agent->repair, site);

	return ticket == NULL ? 0 : ticket->number;
}

static int64_t
log_clock(void *arg)
{
	return loop_utc_ms(arg);
}

void
agent_log_start(struct agent *agent, const struct config_log *log)
{
	log_start(&(struct log_settings){ .level = (enum towerd_log_level)log->level,
	    .format = (enum config_log_format)log->format,
	    .utc_ms = log_clock,
	    .arg = agent->loop });
}

/* Start. */

static int
state_dir_make(const char *path, char *error, size_t size)
{
	struct stat found;

	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		int rc = -errno;
		snprintf(error, size, "cannot make the folder of the state, %s: %s", path, strerror(-rc));
		return rc;
	}
	if (stat(path, &found) < 0 || !S_ISDIR(found.st_mode)) {
		snprintf(error, size, "the state's folder, %s, is not a folder", path);
		return -ENOTDIR;
	}
	if ((found.st_mode & 0077) != 0) {
		if (chmod(path, 0700) < 0) {
			int rc = -errno;
			snprintf(error, size,
			    "%s is open to others (mode %04o) and cannot be closed to them: %s", path,
			    found.st_mode & 07777u, strerror(-rc));
			return rc;
		}
		log_write(TOWERD_LOG_WARNING, NULL,
		    "%s was open to others (mode %04o): it is closed to them now", path,
		    found.st_mode & 07777u);
	}
	return 0;
}

/* A test build can be told not to sync, to show that the tests would notice. */
static bool
is_disk_unsafe(void)
{
#ifdef TOWERD_TEST_CLOCK
	const char *synchronous = getenv("TOWERD_TEST_SYNCHRONOUS");
	return synchronous != NULL && strcmp(synchronous, "off") == 0;
#else
	return false;
#endif
}

static int
store_begin_at(struct agent *agent, char *error, size_t size)
{
	const struct config_agent *config = &agent->config->agent;
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/towerd.db", config->state_dir) >= sizeof(path)) {
		snprintf(error, size, "the path of the state's folder is too long");
		return -ENAMETOOLONG;
	}
	const struct store_settings settings = {
		.path = path,
		.keep_ms = config->journal.keep_ms,
		.max_octets = config->journal.max_octets,
		.on_health = store_health,
		.on_commit = store_commit,
		.on_cursor_lost = cursor_lost,
		.unsafe_for_tests = is_disk_unsafe(),
		.arg = agent,
	};
	return store_open(agent->loop, &settings, &agent->store, error, size);
}

static bool
layers_make(struct agent *agent)
{
	const struct config_agent *config = &agent->config->agent;
	const struct model_settings model = { (unsigned)config->readings.stale_factor,
		config->readings.stale_min_ms, (enum identity_policy)(config->identity + IDENTITY_ACCEPT),
		config->identity_keep_ms };
	const struct alarm_settings alarm = { .hold_ms = config->alarm.hold_ms,
		.unreachable_ms = config->alarm.unreachable_ms,
		.clear_keep = (unsigned)config->alarm.clear_keep,
		.ended_keep = (unsigned)config->alarm.ended_keep,
		.cause_wait_ms = config->alarm.cause_wait_ms,
		.recheck_ms = config->alarm.recheck_ms,
		.confirm_ms = config->alarm.confirm_ms,
		.arc_countdown_ms = config->alarm.arc_countdown_ms,
		.arc_timed_ms = config->alarm.arc_timed_ms,
		.arc_bound_ms = config->alarm.arc_bound_ms,
		.outage_sites = (unsigned)config->alarm.outage_sites,
		.outage_share = (unsigned)config->alarm.outage_share,
		.area_share = (unsigned)config->alarm.area_share,
		.outage_reserve_ms = config->alarm.outage_reserve_ms,
		.chatter_raises = (unsigned)config->alarm.chatter_raises,
		.chatter_window_ms = config->alarm.chatter_window_ms,
		.steady_ms = config->alarm.steady_ms,
		.no_correlation = !config->alarm.correlate };
	const struct repair_settings repair = { .soak_ms = config->repair.soak_ms,
		.verify_limit_ms = config->repair.verify_limit_ms };

	agent->scopes = scopes_new();
	agent->views = views_new();
	if (agent->scopes == NULL || agent->views == NULL)
		return false;
	agent->model = model_new(agent->loop, agent->store, agent->scopes, &model);
	if (agent->model != NULL)
		agent->alarms = alarms_new(agent->loop, agent->store, agent->scopes, agent->model, &alarm);
	if (agent->alarms != NULL)
		agent->repair = repair_new(
		    agent->loop, agent->store, agent->scopes, agent->model, agent->alarms, &repair);
	if (agent->repair == NULL)
		return false;
	const struct host_parts parts = { agent->loop, agent->store, agent->scopes, agent->views,
		agent->model, agent->alarms, agent->repair, agent->config, "/proc/self/exe" };
	agent->host = host_new(&parts);
	return agent->host != NULL;
}

/* What was given out since the copy was made is not known: numbers go on far beyond it, for good once this is durable. */
static int
restored_begin(struct agent *agent)
{
	char when[TOWERD_TIME_TEXT];

	if (store_restored_ms(agent->store) == 0)
		return 0;
	log_write(TOWERD_LOG_WARNING, NULL,
	    "the state is a backup of %s that was put back: numbers go on far beyond it, and the list of "
	    "alarms is told as "
	    "doubtful until the devices were heard",
	    towerd_time_format(store_restored_ms(agent->store), when));
	struct store_txn *txn = store_begin(agent->store);
	int rc = model_restore(agent->model, txn);
	repair_restore(agent->repair, txn);
	store_restored(txn);
	return rc < 0 ? rc : store_submit(txn, STORE_KEEP, NULL, NULL);
}

static int
layers_load(struct agent *agent, char *error, size_t size)
{
	int rc = model_load(agent->model, error, size);

	if (rc == 0)
		rc = alarms_load(agent->alarms, error, size);
	if (rc == 0)
		rc = repair_load(agent->repair, error, size);
	if (rc == 0)
		alarms_set_ticket(agent->alarms, ticket_at, agent);
	if (rc == 0)
		rc = restored_begin(agent);
	return rc;
}

static int
views_register(struct agent *agent, char *error, size_t size)
{
	int rc = model_add_views(agent->model, agent->views);

	if (rc == 0)
		rc = alarms_add_views(agent->alarms, agent->views);
	if (rc == 0)
		rc = repair_add_views(agent->repair, agent->views);
	if (rc == 0)
		rc = host_add_views(agent->host);
	if (rc < 0)
		snprintf(error, size, "a table cannot be declared: %s", views_fault(agent->views));
	return rc;
}

static int
control_begin(struct agent *agent, char *error, size_t size)
{
	const struct config_agent *config = &agent->config->agent;
	const struct control_settings settings = { config->control_socket, config->control_group };

	agent->parts = (struct command_parts){
		.loop = agent->loop,
		.store = agent->store,
		.views = agent->views,
		.model = agent->model,
		.alarms = agent->alarms,
		.repair = agent->repair,
		.name = config->name,
		.started_ms = loop_utc_ms(agent->loop),
		.reload = agent_reload,
		.arg = agent,
	};
	agent->control = control_new(agent->loop, agent->scopes, &settings);
	int rc = agent->control == NULL ? -ENOMEM : commands_add(agent->control, &agent->parts);
	if (rc == 0)
		rc = host_add_commands(agent->host, agent->control);
	if (rc < 0) {
		snprintf(error, size, "the commands cannot be declared: %s", strerror(-rc));
		return rc;
	}
	return control_listen(agent->control, error, size);
}

static void
journal_note(struct agent *agent, const char *type)
{
	struct towerd_json_writer body = { 0 };
	struct store_txn *txn = store_begin(agent->store);

	towerd_json_open(&body, NULL, '{');
	towerd_json_put_text(&body, "name", agent->config->agent.name);
	towerd_json_put_text(&body, "version", TOWERD_VERSION);
	towerd_json_close(&body, '}');
	const char *text = towerd_json_done(&body);
	store_journal(txn, type, "agent", "agent", text == NULL ? "{}" : text);
	towerd_json_fini(&body);
	store_submit(txn, STORE_KEEP, NULL, NULL);
}

/* A fault in the inventory is no reason to stand still: what the store has goes on. */
static void
inventory_begin(struct agent *agent)
{
	if (agent->config->agent.inventory != NULL)
		agent_reload(agent, NULL);
}

static void
signal_came(void *arg, int signo)
{
	struct agent *agent = arg;

	if (signo == SIGHUP) {
		agent_reload(agent, NULL);
		return;
	}
	log_write(TOWERD_LOG_INFO, NULL, "%s: stops", strsignal(signo));
	loop_stop(agent->loop);
}

static int
signals_begin(struct agent *agent)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is a full disk, not the end */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if ((agent->signals[i] = loop_signal_new(
			 agent->loop, &agent_owner, signals[i], signal_came, agent)) == NULL)
			return -ENOMEM;
	return 0;
}

static int
loop_begin(struct agent *agent, unsigned scale)
{
	const struct loop_settings settings = { .clock = LOOP_CLOCK_REAL,
		.scale = scale,
		.on_overstay = overstayed,
		.on_log = library_said,
		.arg = agent };

	agent->loop = loop_new(&settings);
	if (agent->loop == NULL)
		return -ENOMEM;
	agent_log_start(agent, &agent->config->agent.log);
	return signals_begin(agent);
}

int
agent_start(struct agent *agent, unsigned scale, char *error, size_t size)
{
	snprintf(error, size, "out of memory");
	if (loop_begin(agent, scale) < 0)
		return -ENOMEM;
	int rc = state_dir_make(agent->config->agent.state_dir, error, size);
	if (rc == 0)
		rc = store_begin_at(agent, error, size);
	if (rc == 0 && !layers_make(agent)) {
		snprintf(error, size, "out of memory, or the store cannot be read");
		rc = -ENOMEM;
	}
	if (rc == 0)
		rc = layers_load(agent, error, size);
	if (rc < 0)
		return rc;
	host_load(agent->host);
	rc = views_register(agent, error, size);
	if (rc == 0)
		rc = control_begin(agent, error, size);
	if (rc < 0)
		return rc;
	journal_note(agent, "agent.start");
	alarm_raise(agent->alarms, ENTITY_AGENT_NUMBER, "agent/restarted", "", 0, NULL, 0);
	inventory_begin(agent);
	host_start(agent->host);
	agent->is_started = true;
	log_write(TOWERD_LOG_INFO, NULL, "towerd %s runs: %zu sites, %zu sensors, control at %s",
	    TOWERD_VERSION, model_site_count(agent->model), model_sensor_count(agent->model),
	    agent->config->agent.control_socket);
	return 0;
}

void
agent_stop(struct agent *agent)
{
	bool was_running = agent->control != NULL;

	host_stop(agent->host);
	control_stop(agent->control);
	if (was_running && agent->store != NULL)
		journal_note(agent, "agent.stop");
	if (agent->alarms != NULL)
		alarms_stop(agent->alarms);
	if (agent->model != NULL)
		model_flush(agent->model);
	if (agent->store != NULL)
		store_close(agent->store); /* what is committed now is still told */
	alarms_free(agent->alarms);
	agent->alarms = NULL;
	repair_free(agent->repair);
	host_free(agent->host);
	agent->host = NULL;
	control_free(agent->control);
	views_free(agent->views);
	model_free(agent->model);
	scopes_free(agent->scopes);
	for (size_t i = 0; i < sizeof(agent->signals) / sizeof(agent->signals[0]); i++)
		loop_signal_free(agent->signals[i]);
	if (agent->loop != NULL) {
		if (was_running)
			log_write(TOWERD_LOG_INFO, NULL, "stopped");
		log_start(&(struct log_settings){ .level = TOWERD_LOG_INFO });
		loop_free(agent->loop);
	}
}

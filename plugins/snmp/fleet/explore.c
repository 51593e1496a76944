/* SPDX-License-Identifier: ISC */
/* `discover` and `profile record`, in the agent: what is asked of the worker, and what becomes of what it says. */
#include "plugins/snmp/fleet/explore.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/explore/range.h"
#include "plugins/snmp/explore/scan.h"
#include "plugins/snmp/fleet/credentials.h"
#include "plugins/snmp/fleet/find.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/wire/wire.h"

#define RANGES_MAX   32
#define NAMES_MAX    32
#define RATE         50 /* requests a second, unless the caller says so */
#define PORT         161
#define SECRETS_EACH 3     /* texts of an access that nobody may see */
#define ROOT         "1.3" /* all that there is */

struct explore {
	struct towerd_ctx *ctx;
	struct fleet *fleet;
	int worker; /* -1: none */
	struct towerd_out *out;
	struct finds finds;
	char *names
	    [NAMES_MAX]; /* of the credentials that are tried: copies, the file may be read again meanwhile */
	size_t name_count;
	bool is_recording;
	struct message_writer message;
};

struct arguments {
	const char *words[RANGES_MAX], *names[NAMES_MAX], *root;
	size_t word_count, name_count;
	unsigned long port, rate;
};

struct explore *
explore_new(struct towerd_ctx *ctx, struct fleet *fleet)
{
	struct explore *explore = calloc(1, sizeof(*explore));

	if (explore == NULL)
		return NULL;
	explore->ctx = ctx;
	explore->fleet = fleet;
	explore->worker = -1;
	return explore;
}

static void
forget_names(struct explore *explore)
{
	while (explore->name_count > 0)
		free(explore->names[--explore->name_count]);
}

void
explore_free(struct explore *explore)
{
	if (explore == NULL)
		return;
	forget_names(explore);
	finds_fini(&explore->finds);
	message_fini(&explore->message);
	free(explore);
}

/* ---- what is asked */

static int __attribute__((format(printf, 3, 4)))
refuse(struct towerd_ctx *ctx, struct towerd_out *out, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	ctx->host->print_error(out, format, ap);
	va_end(ap);
	return 1;
}

static bool
parse_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	*out = strtoul(text, &end, 10);
	return text[0] >= '1' && text[0] <= '9' && *end == '\0' && *out <= max;
}

/* False: it is not as the usage says. */
static bool
parse_arguments(int argc, const char *const *argv, struct arguments *args)
{
	*args = (struct arguments){ .root = ROOT, .port = PORT, .rate = RATE };
	for (int i = 0; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		bool is_option = argv[i][0] == '-';
		if (!is_option && args->word_count < RANGES_MAX)
			args->words[args->word_count++] = argv[i];
		else if (strcmp(argv[i], "--credentials") == 0 && value[0] != '\0' &&
		    args->name_count < NAMES_MAX)
			args->names[args->name_count++] = value;
		else if (strcmp(argv[i], "--root") == 0)
			args->root = value;
		else if (!(strcmp(argv[i], "--port") == 0 && parse_number(value, UINT16_MAX, &args->port)) &&
		    !(strcmp(argv[i], "--rate") == 0 && parse_number(value, SCAN_RATE_MAX, &args->rate)))
			return false;
		i += is_option;
	}
	return args->word_count > 0;
}

/* Those that are named, else all of the file. 0, or the exit status of a refusal. */
static int
choose_credentials(struct explore *explore, const struct arguments *args, struct towerd_out *out)
{
	const struct credentials *credentials = fleet_credentials(explore->fleet);

	forget_names(explore);
	for (size_t i = 0; i < credentials_count(credentials); i++) {
		const char *name = credentials_name(credentials, i);
		size_t k = 0;
		while (k < args->name_count && strcmp(args->names[k], name) != 0)
			k++;
		if ((args->name_count > 0 && k == args->name_count) || explore->name_count == NAMES_MAX)
			continue;
		explore->names[explore->name_count] = strdup(name);
		explore->name_count += explore->names[explore->name_count] != NULL;
	}
	for (size_t k = 0; k < args->name_count; k++)
		if (credentials_named(credentials, args->names[k], NULL) < 0)
			return refuse(explore->ctx, out, "there are no credentials \"%s\"\n", args->names[k]);
	if (explore->name_count == 0)
		return refuse(explore->ctx, out,
		    "there are no credentials to ask with: the option `credentials` names a file of them\n");
	return 0;
}

static void
put_access(struct explore *explore, const char *name)
{
	struct access_settings access;

	if (credentials_named(fleet_credentials(explore->fleet), name, &access) == 0)
		access_put(&explore->message, &access);
}

static int
describe_scan(struct explore *explore, const struct arguments *args, struct towerd_out *out)
{
	struct message_writer *w = &explore->message;

	message_begin(w, MESSAGE_SCAN);
	message_put_u32(w, (uint32_t)args->rate);
	message_put_u32(w, (uint32_t)args->port);
	message_put_u32(w, (uint32_t)explore->name_count);
	for (size_t i = 0; i < explore->name_count; i++)
		put_access(explore, explore->names[i]);
	message_put_u32(w, (uint32_t)args->word_count);
	for (size_t i = 0; i < args->word_count; i++) {
		struct range range;
		const char *reason;
		if (range_parse(args->words[i], &range, &reason) < 0)
			return refuse(explore->ctx, out, "range \"%s\": %s\n", args->words[i], reason);
		message_put_bytes(w, &range, sizeof(range));
	}
	return 0;
}

static int
describe_record(struct explore *explore, const struct arguments *args, struct towerd_out *out)
{
	const struct credentials *credentials = fleet_credentials(explore->fleet);
	struct message_writer *w = &explore->message;
	struct wire_address address;
	uint32_t root[TOWERD_OID_MAX];

	if (args->word_count != 1 || wire_address_parse(args->words[0], &address) < 0)
		return refuse(explore->ctx, out, "\"%s\" is not ADDRESS[:PORT] with a literal address\n",
		    args->words[0]);
	if (explore->name_count != 1)
		return refuse(explore->ctx, out,
		    "there are several credentials: name the device's own by --credentials\n");
	if (oid_parse(args->root, strlen(args->root), root, TOWERD_OID_MAX) < 2)
		return refuse(
		    explore->ctx, out, "root \"%s\" is not an OID of two numbers or more\n", args->root);
	message_begin(w, MESSAGE_RECORD);
	message_put_bytes(w, &address.host, sizeof(address.host));
	message_put_u32(w, address.port);
	put_access(explore, explore->names[0]);
	message_put_text(w, args->root);
	message_put_u32(w, (uint32_t)credentials_count(credentials) * SECRETS_EACH);
	for (size_t i = 0; i < credentials_count(credentials); i++) {
		struct access_settings access;
		(void)credentials_named(credentials, credentials_name(credentials, i), &access);
		message_put_text(w, access.community);
		message_put_text(w, access.auth_key);
		message_put_text(w, access.priv_key);
	}
	return 0;
}

static int
run_worker(struct explore *explore, struct towerd_out *out)
{
	struct towerd_ctx *ctx = explore->ctx;

	if (explore->message.failed)
		return refuse(ctx, out, "no memory\n");
	int worker = towerd_worker_spawn(ctx, "explore");
	if (worker < 0)
		return refuse(ctx, out, "cannot start a worker: %s\n", strerror(-worker));
	int rc = towerd_worker_send(ctx, (unsigned)worker, explore->message.data, explore->message.len);
	if (rc < 0) {
		towerd_worker_stop(ctx, (unsigned)worker);
		return refuse(ctx, out, "the worker takes no message: %s\n", strerror(-rc));
	}
	explicit_bzero(explore->message.data, explore->message.len); /* secrets */
	explore->worker = worker;
	explore->out = out;
	return TOWERD_LATER;
}

static int
start(struct explore *explore, int argc, const char *const *argv, struct towerd_out *out, bool is_recording)
{
	struct arguments args;

	if (!parse_arguments(argc, argv, &args)) {
		towerd_print_error(explore->ctx, out, "usage: %s\n",
		    is_recording ? "profile record " PROFILE_RECORD_USAGE : "discover " DISCOVER_USAGE);
		return 2;
	}
	if (explore->worker >= 0)
		return refuse(explore->ctx, out, "a search or a recording is under way: one at a time\n");
	int status = choose_credentials(explore, &args, out);
	if (status == 0)
		status =
		    is_recording ? describe_record(explore, &args, out) : describe_scan(explore, &args, out);
	explore->is_recording = is_recording;
	return status != 0 ? status : run_worker(explore, out);
}

int
explore_discover(struct explore *explore, int argc, const char *const *argv, struct towerd_out *out)
{
	return start(explore, argc, argv, out, false);
}

int
explore_record(struct explore *explore, int argc, const char *const *argv, struct towerd_out *out)
{
	return start(explore, argc, argv, out, true);
}

/* ---- what is said */

static void
end(struct explore *explore, int status)
{
	struct towerd_out *out = explore->out;

	explore->out = NULL;
	finds_clear(&explore->finds);
	towerd_worker_stop(
	    explore->ctx, (unsigned)explore->worker); /* its exit is told, and frees the place */
	if (out != NULL)
		towerd_exit(explore->ctx, out, status);
}

static void
take_found(struct explore *explore, struct message_reader *r)
{
	struct wire_address address;
	const void *host = message_bytes(r, sizeof(address.host));

	address.port = (uint16_t)message_u32(r);
	uint32_t name = message_u32(r);
	struct find find = { .profile = message_text(r),
		.sys_name = message_text(r),
		.sys_object_id = message_text(r),
		.sys_descr = message_text(r) };
	if (!message_is_whole(r) || name >= explore->name_count)
		return;
	memcpy(&address.host, host, sizeof(address.host));
	find.address = address;
	find.credentials = explore->names[name];
	(void)finds_add(&explore->finds, &find);
}

static void
take_lines(struct explore *explore, struct message_reader *r)
{
	const char *lines = message_text(r);

	if (message_is_whole(r) && explore->out != NULL)
		towerd_print(explore->ctx, explore->out, "%s", lines);
}

static void
take_end(struct explore *explore, struct message_reader *r)
{
	struct towerd_ctx *ctx = explore->ctx;
	struct towerd_out *out = explore->out;
	uint32_t all = message_u32(r), good = message_u32(r);
	const char *trouble = message_text(r);

	if (!message_is_whole(r) || out == NULL)
		return;
	if (!explore->is_recording) {
		finds_sort(&explore->finds);
		fleet_mark_known(explore->fleet, &explore->finds);
		finds_print(&explore->finds, ctx, out, all);
	} else {
		towerd_print_error(ctx, out,
		    "%u objects recorded, %u left out because of what they may show; look it over before you "
		    "give it away\n",
		    good, all);
	}
	if (trouble[0] != '\0')
		towerd_print_error(ctx, out, "%s\n", trouble);
	end(explore, trouble[0] == '\0' ? 0 : 1);
}

bool
explore_message(struct explore *explore, unsigned worker, const void *data, size_t len)
{
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (explore->worker != (int)worker)
		return false;
	if (type == MESSAGE_FOUND && !explore->is_recording)
		take_found(explore, &r);
	else if (type == MESSAGE_LINES && explore->is_recording)
		take_lines(explore, &r);
	else if (type == MESSAGE_EXPLORED)
		take_end(explore, &r);
	return true;
}

bool
explore_worker_exit(struct explore *explore, unsigned worker)
{
	if (explore->worker != (int)worker)
		return false;
	explore->worker = -1;
	if (explore->out != NULL) {
		towerd_print_error(explore->ctx, explore->out, "its worker process ended early\n");
		towerd_exit(explore->ctx, explore->out, 1);
		explore->out = NULL;
		finds_clear(&explore->finds);
	}
	return true;
}

/* SPDX-License-Identifier: ISC */
/* A scenario file: reading it. */
#include "tests/sim/scenario.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/expand.h"

struct parser {
	struct scenario *scenario;
	FILE *faults;
	unsigned line;
	unsigned fault_count;
	bool is_in_action;
};

__attribute__((format(printf, 2, 3))) static void
fault(struct parser *parser, const char *format, ...)
{
	va_list list;
	parser->fault_count++;
	fprintf(parser->faults, "%s:%u: ", parser->scenario->file, parser->line);
	va_start(list, format);
	vfprintf(parser->faults, format, list);
	va_end(list);
	fputc('\n', parser->faults);
}

/* One more element, zeroed, at the end of *array; NULL with a fault when memory is short. */
static void *
append(struct parser *parser, void *array_of_pointers, size_t *count, size_t size)
{
	void **array = array_of_pointers;
	char *grown = realloc(*array, (*count + 1) * size);
	if (grown == NULL) {
		fault(parser, "out of memory");
		return NULL;
	}
	*array = grown;
	memset(grown + *count * size, 0, size);
	return grown + (*count)++ * size;
}

static const struct scenario_record *
find_record(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->record_count; i++)
		if (strcmp(scenario->records[i].name, name) == 0)
			return &scenario->records[i];
	return NULL;
}

const struct scenario_site *
scenario_site(const struct scenario *scenario, const char *id)
{
	for (size_t i = 0; i < scenario->site_count; i++)
		if (strcmp(scenario->sites[i].id, id) == 0)
			return &scenario->sites[i];
	return NULL;
}

/* fleet listen ADDRESS:PORT · broker ADDRESS:PORT [prefix TOPIC] · traps to ADDRESS:PORT · repeat after DURATION */
static void
read_fleet(struct parser *parser, struct words *words)
{
	if (strcmp(words->at[1], "listen") != 0 || !words_endpoint(words->at[2], &parser->scenario->fleet))
		fault(parser, "fleet listen 127.0.0.1:PORT");
}

static void
read_broker(struct parser *parser, struct words *words)
{
	if (!words_endpoint(words->at[1], &parser->scenario->broker))
		fault(parser, "\"%s\" is no ADDRESS:PORT", words->at[1]);
	if (words->count == 4 && strcmp(words->at[2], "prefix") == 0)
		parser->scenario->prefix = words->at[3];
	else if (words->count != 2)
		fault(parser, "broker ADDRESS:PORT [prefix TOPIC]");
}

static void
read_traps(struct parser *parser, struct words *words)
{
	parser->scenario->has_traps = true;
	if (strcmp(words->at[1], "to") != 0 || !words_endpoint(words->at[2], &parser->scenario->traps))
		fault(parser, "traps to ADDRESS:PORT");
}

static void
read_repeat(struct parser *parser, struct words *words)
{
	if (strcmp(words->at[1], "after") != 0 ||
	    !words_duration_ms(words->at[2], &parser->scenario->repeat_ms))
		fault(parser, "repeat after DURATION (20s 2m)");
}

static void
read_record(struct parser *parser, struct words *words)
{
	struct scenario *scenario = parser->scenario;
	if (strcmp(words->at[1], "tower") == 0 || find_record(scenario, words->at[1]) != NULL) {
		fault(parser, "record %s: the name is taken", words->at[1]);
		return;
	}
	struct scenario_record *record =
	    append(parser, &scenario->records, &scenario->record_count, sizeof(*record));
	if (record != NULL)
		*record = (struct scenario_record){ words->at[1], words->at[2], parser->line };
}

static void
add_link(struct parser *parser, const char **links, size_t *count, const char *word)
{
	if (*count == SITE_LINKS_MAX)
		fault(parser, "%s: more than %d of its kind", word, SITE_LINKS_MAX);
	else
		links[(*count)++] = word;
}

static bool
address_is_taken(const struct scenario *scenario, uint32_t address)
{
	uint32_t other;
	for (size_t i = 0; i < scenario->site_count; i++)
		for (size_t j = 0; j < scenario->sites[i].device_count; j++)
			if (words_ipv4(scenario->sites[i].devices[j].address, &other) && other == address)
				return true;
	return false;
}

static void
add_device(struct parser *parser, struct scenario_site *site, const char *record, const char *address_word)
{
	uint32_t address;
	if (!words_ipv4(address_word, &address) || address >> 24 != 127)
		fault(parser, "%s %s: not an address in 127.0.0.0/8", record, address_word);
	else if (address_is_taken(parser->scenario, address))
		fault(parser, "%s %s: the address is taken", record, address_word);
	else if (site->device_count == SITE_DEVICES_MAX)
		fault(parser, "%s: more than %d devices", site->id, SITE_DEVICES_MAX);
	else
		site->devices[site->device_count++] = (struct scenario_device){ record, address_word };
}

/* One part of a site line that begins at words[i]; how many words it took, 0 when it is nothing that is known. */
static size_t
read_site_part(struct parser *parser, struct scenario_site *site, const struct words *words, size_t i)
{
	const struct {
		const char *name;
		const char **to;
	} fields[] = { { "area", &site->area }, { "name", &site->name }, { "population", &site->population },
		{ "feeder", &site->feeder } };
	const char *word = words->at[i];
	size_t left = words->count - i;

	if (strchr(word, '=') != NULL) {
		add_link(parser, site->options, &site->option_count, word);
		return 1;
	}
	if (left < 2)
		return 0;
	for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++)
		if (strcmp(word, fields[f].name) == 0) {
			*fields[f].to = words->at[i + 1];
			return 2;
		}
	if (strcmp(word, "at") == 0 && left >= 3) {
		site->lat = words->at[i + 1];
		site->lon = words->at[i + 2];
		return 3;
	}
	if (strcmp(word, "hub") == 0)
		add_link(parser, site->hubs, &site->hub_count, words->at[i + 1]);
	else if (strcmp(word, "covers") == 0)
		add_link(parser, site->covers, &site->cover_count, words->at[i + 1]);
	else if (find_record(parser->scenario, word) != NULL)
		add_device(parser, site, word, words->at[i + 1]);
	else
		return 0;
	return 2;
}

static void
read_site(struct parser *parser, struct words *words)
{
	struct scenario *scenario = parser->scenario;
	if (scenario_site(scenario, words->at[1]) != NULL) {
		fault(parser, "site %s exists already", words->at[1]);
		return;
	}
	bool is_portable = strcmp(words->at[2], "portable") == 0;
	if (!is_portable && strcmp(words->at[2], "fixed") != 0) {
		fault(parser, "site %s: \"%s\" is neither fixed nor portable", words->at[1], words->at[2]);
		return;
	}
	struct scenario_site *site = append(parser, &scenario->sites, &scenario->site_count, sizeof(*site));
	if (site == NULL)
		return;
	site->id = words->at[1];
	site->is_portable = is_portable;
	site->line = parser->line;
	for (size_t i = 3; i < words->count;) {
		size_t taken = read_site_part(parser, site, words, i);
		if (taken == 0) {
			fault(parser,
			    "\"%s\": there are area name at LAT LON population feeder hub covers KEY=VALUE, "
			    "and RECORD ADDRESS",
			    words->at[i]);
			return;
		}
		i += taken;
	}
	if (site->area == NULL)
		fault(parser, "site %s has no area", site->id);
	if (!is_portable && site->option_count > 0)
		fault(parser, "%s: only a portable site has options", site->options[0]);
}

static void
read_action(struct parser *parser, struct words *words)
{
	struct scenario *scenario = parser->scenario;
	struct scenario_action *action =
	    append(parser, &scenario->actions, &scenario->action_count, sizeof(*action));
	parser->is_in_action = action != NULL;
	if (action != NULL)
		*action = (struct scenario_action){ words->at[1], scenario->step_count, 0, parser->line };
}

static void
read_step(struct parser *parser, struct words *words)
{
	struct scenario *scenario = parser->scenario;
	if (strcmp(words->at[0], "end") == 0) {
		parser->is_in_action = false;
		return;
	}
	if (words->count < 2 ||
	    (strcmp(words->at[0], "tower") != 0 && find_record(scenario, words->at[0]) == NULL)) {
		fault(parser,
		    "\"%s\": a step is RECORD|tower VERB ARGS…, with a record that was named above, or `end`",
		    words->at[0]);
		return;
	}
	struct scenario_step *step = append(parser, &scenario->steps, &scenario->step_count, sizeof(*step));
	if (step == NULL)
		return;
	*step = (struct scenario_step){ *words, parser->line };
	scenario->actions[scenario->action_count - 1].step_count++;
}

static void
read_event(struct parser *parser, struct words *words)
{
	struct scenario *scenario = parser->scenario;
	int64_t at_ms;
	if (!words_duration_ms(words->at[1], &at_ms)) {
		fault(parser, "\"%s\" is no time (250ms 20s 2m 1h)", words->at[1]);
		return;
	}
	struct scenario_event *event =
	    append(parser, &scenario->events, &scenario->event_count, sizeof(*event));
	if (event == NULL)
		return;
	event->at_ms = at_ms;
	event->line = parser->line;
	event->words.count = words->count - 2;
	memcpy(event->words.at, words->at + 2, (words->count - 1) * sizeof(words->at[0]));
	memcpy(event->words.is_quoted, words->is_quoted + 2, words->count - 2);
}

static const struct {
	const char *name;
	size_t words; /* at least, with the name */
	void (*read)(struct parser *parser, struct words *words);
} statements[] = {
	{ "fleet", 3, read_fleet },
	{ "broker", 2, read_broker },
	{ "traps", 3, read_traps },
	{ "repeat", 3, read_repeat },
	{ "record", 3, read_record },
	{ "site", 3, read_site },
	{ "action", 2, read_action },
	{ "at", 3, read_event },
};

static void
read_line(struct parser *parser, char *line)
{
	struct words words;
	const char *wrong = words_split(line, &words);
	if (wrong != NULL) {
		fault(parser, "%s", wrong);
		return;
	}
	if (words.count == 0)
		return;
	if (parser->is_in_action) {
		read_step(parser, &words);
		return;
	}
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (strcmp(statements[i].name, words.at[0]) != 0)
			continue;
		if (words.count < statements[i].words)
			fault(parser, "%s: the line is too short", words.at[0]);
		else
			statements[i].read(parser, &words);
		return;
	}
	fault(parser, "\"%s\": a line begins with fleet, broker, traps, repeat, record, site, action or at",
	    words.at[0]);
}

static int
compare_events(const void *a, const void *b)
{
	const struct scenario_event *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static void
check_site_links(struct parser *parser, const struct scenario_site *site)
{
	parser->line = site->line;
	for (size_t i = 0; i < site->cover_count; i++)
		if (scenario_site(parser->scenario, site->covers[i]) == NULL)
			fault(parser, "%s covers %s: there is no such site", site->id, site->covers[i]);
	for (size_t i = 0; i < site->hub_count; i++) {
		char hubs[256], *rest = hubs, *hub;
		snprintf(hubs, sizeof(hubs), "%s", site->hubs[i]);
		while ((hub = strsep(&rest, "+")) != NULL)
			if (scenario_site(parser->scenario, hub) == NULL)
				fault(parser, "%s hub %s: there is no such site", site->id, hub);
	}
}

static int
ignore_command(void *context, enum simulator simulator, const char *command)
{
	(void)context;
	(void)simulator;
	(void)command;
	return 0;
}

/* Names may be used before the lines that give them, so they are checked at the end. */
static void
check(struct parser *parser)
{
	struct scenario *scenario = parser->scenario;
	char sentence[256];

	if (parser->is_in_action) {
		parser->line = scenario->actions[scenario->action_count - 1].line;
		fault(parser, "action %s has no end", scenario->actions[scenario->action_count - 1].name);
	}
	for (size_t i = 0; i < scenario->site_count; i++)
		check_site_links(parser, &scenario->sites[i]);
	for (size_t i = 0; i < scenario->event_count; i++) {
		parser->line = scenario->events[i].line;
		if (expand(scenario, &scenario->events[i].words, ignore_command, NULL, sentence) < 0)
			fault(parser, "%s", sentence);
	}
	if (scenario->event_count > 0)
		qsort(scenario->events, scenario->event_count, sizeof(*scenario->events), compare_events);
}

int
scenario_parse(const char *file, char *text, FILE *faults, struct scenario **out)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	if (scenario == NULL) {
		free(text);
		return -ENOMEM;
	}
	scenario->file = file;
	scenario->text = text;
	scenario->prefix = "towers";
	(void)words_endpoint("127.0.0.1:1161", &scenario->fleet);
	(void)words_endpoint("127.0.0.1:1883", &scenario->broker);
	struct parser parser = { .scenario = scenario, .faults = faults };
	for (char *line; (line = strsep(&text, "\n")) != NULL;) {
		parser.line++;
		read_line(&parser, line);
	}
	check(&parser);
	if (parser.fault_count > 0) {
		scenario_free(scenario);
		return -EINVAL;
	}
	*out = scenario;
	return 0;
}

int
scenario_load(const char *file, FILE *faults, struct scenario **out)
{
	FILE *in = fopen(file, "re");
	char *text = NULL;
	size_t size = 0;

	if (in == NULL)
		return -errno;
	ssize_t n = getdelim(&text, &size, '\0', in);
	bool is_empty = n < 0 && feof(in);
	fclose(in);
	if (n < 0 && !is_empty) {
		free(text);
		return -EIO;
	}
	if (is_empty && text != NULL)
		text[0] = '\0';
	return text == NULL ? -ENOMEM : scenario_parse(file, text, faults, out);
}

void
scenario_free(struct scenario *scenario)
{
	if (scenario == NULL)
		return;
	free(scenario->text);
	free(scenario->records);
	free(scenario->sites);
	free(scenario->steps);
	free(scenario->actions);
	free(scenario->events);
	free(scenario);
}

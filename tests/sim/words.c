/* SPDX-License-Identifier: ISC */
/* Lines of words. */
#include "tests/sim/words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *
words_split(char *line, struct words *words)
{
	char *p = line;

	words->count = 0;
	for (;;) {
		while (is_blank(*p))
			p++;
		if (*p == '\0' || *p == '#')
			break;
		if (words->count == WORDS_MAX)
			return "too many words in a line (64 at most)";
		words->is_quoted[words->count] = *p == '"';
		if (*p != '"') {
			words->at[words->count++] = p;
			while (*p != '\0' && !is_blank(*p))
				p++;
			if (*p != '\0')
				*p++ = '\0';
			continue;
		}
		char *out = ++p;
		words->at[words->count++] = out;
		while (*p != '\0' && *p != '"') {
			if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
				p++;
			*out++ = *p++;
		}
		if (*p != '"')
			return "a quote is not closed";
		if (p[1] != '\0' && !is_blank(p[1]))
			return "a closing quote must end its word";
		p++;
		*out = '\0';
	}
	words->at[words->count] = NULL;
	return NULL;
}

bool
words_number(const char *word, int64_t min, int64_t max, int64_t *value)
{
	char *end;

	if (*word != '-' && (*word < '0' || *word > '9'))
		return false;
	errno = 0;
	long long v = strtoll(word, &end, 10);
	if (errno != 0 || *end != '\0' || end == word || v < min || v > max)
		return false;
	*value = v;
	return true;
}

bool
words_duration_ms(const char *word, int64_t *ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	long long v = strtoll(word, &end, 10);
	for (size_t i = 0; errno == 0 && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].name) == 0 && v <= 1000000) {
			*ms = v * units[i].ms;
			return true;
		}
	return false;
}

bool
words_ipv4(const char *word, uint32_t *address)
{
	struct in_addr in;
	if (inet_pton(AF_INET, word, &in) != 1)
		return false;
	*address = ntohl(in.s_addr);
	return true;
}

bool
words_endpoint(const char *word, struct sockaddr_in *endpoint)
{
	const char *colon = strrchr(word, ':'), *port_word = colon == NULL ? word : colon + 1;
	char host[INET_ADDRSTRLEN] = "127.0.0.1";
	uint32_t address;
	int64_t port;

	if (colon != NULL) {
		size_t size = (size_t)(colon - word);
		if (size >= sizeof(host))
			return false;
		memcpy(host, word, size);
		host[size] = '\0';
	}
	if (!words_ipv4(host, &address) || !words_number(port_word, 0, 65535, &port))
		return false;
	*endpoint = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(address),
	};
	return true;
}

/* One word with its quotes back; the room it took, or 0 when it does not fit. */
static size_t
put_word(const char *word, bool is_quoted, char *out, size_t room)
{
	size_t used = 0;

	if (room < 2 * strlen(word) + 4)
		return 0;
	if (is_quoted)
		out[used++] = '"';
	for (; *word != '\0'; word++) {
		if (is_quoted && (*word == '"' || *word == '\\'))
			out[used++] = '\\';
		out[used++] = *word;
	}
	if (is_quoted)
		out[used++] = '"';
	out[used] = '\0';
	return used;
}

bool
words_join(const struct words *words, size_t from, char *out, size_t room)
{
	size_t used = 0;

	if (room == 0)
		return false;
	out[0] = '\0';
	for (size_t i = from; i < words->count; i++) {
		if (used > 0 && used + 1 < room)
			out[used++] = ' ';
		size_t size = put_word(words->at[i], words->is_quoted[i], out + used, room - used);
		if (size == 0)
			return false;
		used += size;
	}
	return true;
}

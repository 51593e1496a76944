/* SPDX-License-Identifier: ISC */
/* A value of a parsed JSON text, as json_parse.c makes it and json.c reads it. */
#ifndef SUPPORT_JSON_VALUE_H
#define SUPPORT_JSON_VALUE_H

#include <stddef.h>
#include <stdint.h>

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INTEGER,
	JSON_REAL,
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT
};

/*
 * All values of a text lie in one array, each before those inside it, so that the whole is one allocation: values, then the tables of
 * `children`, then the octets of keys and texts.
 */
struct towerd_json {
	enum json_type type;
	uint32_t
	    size; /* of an array or object: values from here on that belong to it, itself among them; else 1 */
	uint32_t count;  /* of what is directly inside */
	const char *key; /* of a pair; NULL: it is none */
	union {
		int64_t integer;
		double real;
		struct {
			const char *text; /* NUL-terminated */
			size_t len;
		};
		const struct towerd_json *
		    *children; /* of an array in its order, of an object by their keys */
	};
};

#endif

/* SPDX-License-Identifier: ISC */
/* Services of the views: scopes by number, reads by batch, rows that the plugin publishes. */
#include <stdlib.h>
#include <string.h>

#include "agent/host/inside.h"
#include "agent/view/published.h"
#include "agent/view/view.h"

static unsigned
serve_view_count(struct towerd_ctx *ctx)
{
	return (unsigned)views_count(plugin_of(ctx)->host->parts.views);
}

static int
host_view_make(struct host *host, unsigned number, struct host_view *made)
{
	const struct view *view = views_at(host->parts.views, number);
	uint32_t oid[TOWERD_OID_MAX];

	made->oid_len = views_oid(host->parts.views, number, oid);
	made->oid = calloc(made->oid_len + 1, sizeof(*made->oid));
	made->columns = calloc(view->column_count, sizeof(*made->columns));
	if (made->oid == NULL || made->columns == NULL) {
		free(made->oid);
		free(made->columns);
		*made = (struct host_view){ 0 };
		return -ENOMEM;
	}
	memcpy(made->oid, oid, made->oid_len * sizeof(*oid));
	for (size_t i = 0; i < view->column_count; i++)
		made->columns[i] = view->columns[i].info;
	return 0;
}

static int
serve_view_info(struct towerd_ctx *ctx, unsigned number, struct towerd_view_info *info)
{
	struct host *host = plugin_of(ctx)->host;
	size_t count = views_count(host->parts.views);

	if (number >= count)
		return -ENOENT;
	if (host->view_count != count) { /* first asked for: all are registered by now */
		host_views_free(host);
		host->views = calloc(count, sizeof(*host->views));
		if (host->views == NULL)
			return -ENOMEM;
		host->view_count = count;
	}
	struct host_view *made = &host->views[number];
	if (made->columns == NULL && host_view_make(host, number, made) < 0)
		return -ENOMEM;
	const struct view *view = views_at(host->parts.views, number);
	const struct towerd_view_info full = {
		.size = info->size,
		.name = view->name,
		.oid = made->oid,
		.oid_len = made->oid_len,
		.is_scalars = view->is_scalars,
		.columns = made->columns,
		.column_count = view->column_count,
	};
	memcpy(info, &full, info->size < sizeof(full) ? info->size : sizeof(full));
	return 0;
}

void
host_views_free(struct host *host)
{
	for (size_t i = 0; i < host->view_count; i++) {
		free(host->views[i].oid);
		free(host->views[i].columns);
	}
	free(host->views);
	host->views = NULL;
	host->view_count = 0;
}

/* Scopes. */

static const struct scope *
scope_of(const struct host *host, const struct towerd_scope_request *request)
{
	static const enum scope_role roles[] = {
		[CONFIG_READ] = ROLE_READ, [CONFIG_OPERATE] = ROLE_OPERATE, [CONFIG_ADMIN] = ROLE_ADMIN
	};
	static const enum scope_location locations[] = { [CONFIG_NEVER] = LOCATION_NEVER,
		[CONFIG_SECURE] = LOCATION_SECURE,
		[CONFIG_ALWAYS] = LOCATION_ALWAYS };
	static const char *const everywhere[] = { "*" };
	const struct site *site = NULL;

	if (request->site != NULL && (site = model_site(host->parts.model, request->site)) == NULL)
		return NULL;
	uint32_t number = site == NULL ? 0 : site->entity.number;
	if (request->reader == NULL) {
		const struct scope_reader agent = { "agent", ROLE_ADMIN, LOCATION_ALWAYS, everywhere, 1 };
		return site == NULL ? scopes_all(host->parts.scopes)
				    : scopes_open(host->parts.scopes, &agent, request->is_secure, number);
	}
	const struct config_reader *found = config_find_reader(host->parts.config, request->reader);
	if (found == NULL)
		return NULL;
	const struct scope_reader reader = { found->name, roles[found->role], locations[found->location],
		found->areas.items, found->areas.count };
	return scopes_open(host->parts.scopes, &reader, request->is_secure, number);
}

static int
serve_scope_open(struct towerd_ctx *ctx, const struct towerd_scope_request *request)
{
	struct host *host = plugin_of(ctx)->host;
	const struct scope *scope = scope_of(host, request);

	if (scope == NULL)
		return -ENOENT;
	unsigned number = scope_number(scope);
	if (number >= host->scope_count) {
		size_t count = (size_t)number * 2 + 16;
		const struct scope **scopes = realloc(host->scopes, count * sizeof(struct scope *));
		if (scopes == NULL)
			return -ENOMEM;
		memset(scopes + host->scope_count, 0, (count - host->scope_count) * sizeof(struct scope *));
		host->scopes = scopes;
		host->scope_count = count;
	}
	host->scopes[number] = scope;
	return (int)number;
}

static int
serve_view_read(struct towerd_ctx *ctx, unsigned view, unsigned scope, uint32_t column, const uint32_t *key,
    size_t key_len, bool inclusive, struct towerd_cell *cells, size_t max)
{
	struct plugin *plugin = plugin_of(ctx);
	const struct host *host = plugin->host;

	if (view >= views_count(host->parts.views) || scope >= host->scope_count ||
	    host->scopes[scope] == NULL)
		return -ENOENT;
	if (plugin->arena == NULL && (plugin->arena = view_arena_new()) == NULL)
		return -ENOMEM;
	return view_read(views_at(host->parts.views, view), host->scopes[scope], column, key, key_len,
	    inclusive, plugin->arena, cells, max);
}

/* Published rows. */

static int
serve_row_put(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *cells, size_t count)
{
	const struct plugin *plugin = plugin_of(ctx);

	if (view >= plugin->has.view_count || plugin->published == NULL || plugin->published[view] == NULL)
		return -ENOENT;
	return published_put(plugin->published[view], cells, count);
}

static int
serve_row_drop(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *index, size_t count)
{
	const struct plugin *plugin = plugin_of(ctx);

	if (view >= plugin->has.view_count || plugin->published == NULL || plugin->published[view] == NULL)
		return -ENOENT;
	return published_drop(plugin->published[view], index, count);
}

void
services_view_fill(struct towerd_host *services)
{
	services->view_count = serve_view_count;
	services->view_info = serve_view_info;
	services->scope_open = serve_scope_open;
	services->view_read = serve_view_read;
	services->row_put = serve_row_put;
	services->row_drop = serve_row_drop;
}

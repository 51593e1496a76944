/* SPDX-License-Identifier: ISC */
/* Net-SNMP's reading and writing of the same messages, to compare ours with. Tests only. */
#ifndef PLUGINS_SNMP_LIBRARY_TESTING_H
#define PLUGINS_SNMP_LIBRARY_TESTING_H

#include "plugins/snmp/codec/answer.h"

/* As answer_parse(), by snmp_parse(), which takes any PDU and SNMPv3 too. 0 or -EBADMSG. */
int library_parse(struct answer_room *room, const uint8_t *data, size_t len, struct codec_answer *out);

/* As codec_build() and codec_set_id(), by snmp_build(); `out` takes CODEC_REQUEST_MAX octets. -EMSGSIZE, -EINVAL. */
int library_build(const struct codec_request *request, uint32_t id, uint8_t *out);

#endif

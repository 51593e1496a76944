/* SPDX-License-Identifier: ISC */
/* The security levels and protocols of the User-based Security Model, by the names that people write. No library in this header. */
#ifndef PLUGINS_SNMP_PROTOCOL_H
#define PLUGINS_SNMP_PROTOCOL_H

/* RFC 3414 (MD5, SHA-1) and RFC 7860; positions are those of usm_auth_names. */
enum usm_auth {
	USM_AUTH_NONE,
	USM_AUTH_MD5,
	USM_AUTH_SHA1,
	USM_AUTH_SHA224,
	USM_AUTH_SHA256,
	USM_AUTH_SHA384,
	USM_AUTH_SHA512,
	USM_AUTH_COUNT
};

/*
 * RFC 3414 (DES), RFC 3826 (AES-128). No RFC says how a short key is made longer for AES-192 and AES-256: the -C ones do it as Cisco and most others
 * do (draft-reeder-snmpv3-usm-3desede, 2.1), the others as draft-blumenthal-aes-usm-04, 3.1.2.1.
 */
enum usm_priv {
	USM_PRIV_NONE,
	USM_PRIV_DES,
	USM_PRIV_AES128,
	USM_PRIV_AES192,
	USM_PRIV_AES256,
	USM_PRIV_AES192C,
	USM_PRIV_AES256C,
	USM_PRIV_COUNT
};

/* For options, NULL at the end: the position is the protocol, but for what others call SHA-1 and AES-128, which stands behind. */
extern const char *const usm_auth_names[], *const usm_priv_names[];
enum usm_auth usm_auth_at(int position);
enum usm_priv usm_priv_at(int position);

#define USM_PHRASE_MIN  8  /* octets of a pass phrase (RFC 3414, 11.2) */
#define USM_USER_MAX    32 /* octets of a user's name (RFC 3414, 2.4) */
#define USM_CONTEXT_MAX 32 /* octets of a context's name: VACM allows no more (RFC 3415) */
#define USM_ENGINE_MIN  5
#define USM_ENGINE_MAX  32 /* octets of an engine ID (RFC 3411, SnmpEngineID) */

#endif

/* SPDX-License-Identifier: ISC */
/* Names of the protocols of the User-based Security Model. */
#include "plugins/snmp/usm/protocol.h"

#include <stddef.h>

const char *const usm_auth_names[] = {
	[USM_AUTH_NONE] = "none",
	[USM_AUTH_MD5] = "MD5",
	[USM_AUTH_SHA1] = "SHA-1",
	[USM_AUTH_SHA224] = "SHA-224",
	[USM_AUTH_SHA256] = "SHA-256",
	[USM_AUTH_SHA384] = "SHA-384",
	[USM_AUTH_SHA512] = "SHA-512",
	[USM_AUTH_COUNT] = "SHA",
	NULL,
};

const char *const usm_priv_names[] = {
	[USM_PRIV_NONE] = "none",
	[USM_PRIV_DES] = "DES",
	[USM_PRIV_AES128] = "AES-128",
	[USM_PRIV_AES192] = "AES-192",
	[USM_PRIV_AES256] = "AES-256",
	[USM_PRIV_AES192C] = "AES-192-C",
	[USM_PRIV_AES256C] = "AES-256-C",
	[USM_PRIV_COUNT] = "AES",
	NULL,
};

enum usm_auth
usm_auth_at(int position)
{
	return position == USM_AUTH_COUNT ? USM_AUTH_SHA1 : (enum usm_auth)position;
}

enum usm_priv
usm_priv_at(int position)
{
	return position == USM_PRIV_COUNT ? USM_PRIV_AES128 : (enum usm_priv)position;
}

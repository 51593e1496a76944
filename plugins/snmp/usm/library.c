/* SPDX-License-Identifier: ISC */
/* Net-SNMP's User-based Security Model, called below its sessions. The one file of this plugin that includes the library. */
#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/library.h"

#define APPLICATION "towerd-southbound" /* whose settings it would read, if it read any */
#define PACKET_ROOM (65536 + 1024)      /* a datagram, and what is in the way while it is built */

static struct {
	struct snmp_secmod_def *usm;
	netsnmp_session session; /* a template: never opened */
	u_char *packet;
	size_t packet_size;
} library;

static const int auth_types[USM_AUTH_COUNT] = {
	[USM_AUTH_NONE] = NETSNMP_USMAUTH_NOAUTH,
	[USM_AUTH_MD5] = NETSNMP_USMAUTH_HMACMD5,
	[USM_AUTH_SHA1] = NETSNMP_USMAUTH_HMACSHA1,
	[USM_AUTH_SHA224] = NETSNMP_USMAUTH_HMAC128SHA224,
	[USM_AUTH_SHA256] = NETSNMP_USMAUTH_HMAC192SHA256,
	[USM_AUTH_SHA384] = NETSNMP_USMAUTH_HMAC256SHA384,
	[USM_AUTH_SHA512] = NETSNMP_USMAUTH_HMAC384SHA512,
};

static const unsigned priv_types[USM_PRIV_COUNT] = {
	[USM_PRIV_NONE] = USM_CREATE_USER_PRIV_NONE,
	[USM_PRIV_DES] = USM_CREATE_USER_PRIV_DES,
	[USM_PRIV_AES128] = USM_CREATE_USER_PRIV_AES,
	[USM_PRIV_AES192] = USM_CREATE_USER_PRIV_AES192,
	[USM_PRIV_AES256] = USM_CREATE_USER_PRIV_AES256,
	[USM_PRIV_AES192C] = USM_CREATE_USER_PRIV_AES192_CISCO,
	[USM_PRIV_AES256C] = USM_CREATE_USER_PRIV_AES256_CISCO,
};

/* The parts of init_snmp() that USM needs: the others read configuration and MIB files, and make an engine ID out of the host's address. */
static int
start_once(void)
{
	snmp_disable_log();
	snmp_enable_calllog(); /* to nobody: it logs what anyone may send, with the user's name */
	snmp_sess_init(&library.session);
	library.session.isAuthoritative = SNMP_SESS_UNKNOWNAUTH;
	netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, APPLICATION);
	init_snmpv3(APPLICATION);
	library.packet_size = PACKET_ROOM;
	library.packet = malloc(library.packet_size);
	library.usm = find_sec_mod(SNMP_SEC_MODEL_USM);
	return library.packet == NULL || library.usm == NULL ? -EIO : 0;
}

int
library_start(const uint8_t *engine_id, size_t len, uint32_t boots)
{
	char number[16];

	if (library.usm == NULL && start_once() < 0)
		return -EIO;
	if (set_exact_engineID(engine_id, len) != SNMPERR_SUCCESS)
		return -EIO;
	snprintf(number, sizeof(number), "%u", boots - 1); /* it reads the last start's, and adds one */
	engineBoots_conf("engineBoots", number);
	/* Salts begin at a random number. */
	static bool has_salts;
	if (!has_salts)
		(void)snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
	has_salts = true;
	return 0;
}

uint32_t
library_time(void)
{
	return (uint32_t)snmpv3_local_snmpEngineTime();
}

/* ---- protocols */

static const netsnmp_auth_alg_info *
auth_info(enum usm_auth auth)
{
	return sc_find_auth_alg_bytype((u_int)auth_types[auth]);
}

static const netsnmp_priv_alg_info *
priv_info(enum usm_priv priv)
{
	return sc_get_priv_alg_bytype(priv_types[priv]);
}

bool
library_has_auth(enum usm_auth auth)
{
	const netsnmp_auth_alg_info *info = auth_info(auth);
	u_char key[USM_KEY_MAX] = "made up", digest[USM_KEY_MAX];
	size_t len = sizeof(digest);

	return auth == USM_AUTH_NONE ||
	    (info != NULL &&
		sc_generate_keyed_hash(info->alg_oid, (size_t)info->oid_len, key, (u_int)info->proper_length,
		    key, sizeof(key), digest, &len) == SNMPERR_SUCCESS);
}

bool
library_has_priv(enum usm_priv priv)
{
	const netsnmp_priv_alg_info *info = priv_info(priv);
	u_char key[USM_KEY_MAX] = "made up", iv[16] = { 0 }, plain[16] = { 0 }, secret[64];
	size_t len = sizeof(secret);

	return priv == USM_PRIV_NONE ||
	    (info != NULL &&
		sc_encrypt(info->alg_oid, (size_t)info->oid_len, key, (u_int)info->proper_length, iv,
		    (u_int)info->iv_length, plain, sizeof(plain), secret, &len) == SNMPERR_SUCCESS);
}

/* ---- keys */

int
library_key(enum usm_auth auth, const char *phrase, struct usm_key *out)
{
	const netsnmp_auth_alg_info *info = auth_info(auth);
	size_t len = sizeof(out->octets);

	if (info == NULL ||
	    generate_Ku(info->alg_oid, (u_int)info->oid_len, (const u_char *)phrase, strlen(phrase),
		out->octets, &len) != SNMPERR_SUCCESS)
		return -EIO;
	out->len = (uint8_t)len;
	return 0;
}

/* The library may put the longer key into a buffer of its own. */
static int
extend(const netsnmp_auth_alg_info *info, enum usm_priv priv, const uint8_t *engine_id, size_t engine_id_len,
    struct usm_key *key)
{
	const netsnmp_priv_alg_info *cipher = priv_info(priv);
	size_t len = key->len;
	u_char *buffer = cipher == NULL ? NULL : malloc(USM_KEY_MAX);
	oid hash[MAX_OID_LEN];
	u_char engine[USM_ENGINE_MAX];

	if (buffer == NULL)
		return -EIO;
	memcpy(buffer, key->octets, len);
	memcpy(hash, info->alg_oid, (size_t)info->oid_len * sizeof(oid));
	memcpy(engine, engine_id, engine_id_len);
	int rc = netsnmp_extend_kul((u_int)cipher->proper_length, hash, (u_int)info->oid_len, cipher->type,
	    engine, (u_int)engine_id_len, &buffer, &len, USM_KEY_MAX);
	if (rc == SNMPERR_SUCCESS && len >= (size_t)cipher->proper_length && len <= USM_KEY_MAX) {
		memcpy(key->octets, buffer, len);
		key->len = (uint8_t)len;
		rc = 0;
	} else {
		rc = -EIO;
	}
	explicit_bzero(buffer, USM_KEY_MAX);
	free(buffer);
	return rc;
}

int
library_localise(enum usm_auth auth, enum usm_priv priv, const struct usm_key *key, const uint8_t *engine_id,
    size_t engine_id_len, struct usm_key *out)
{
	const netsnmp_auth_alg_info *info = auth_info(auth);
	size_t len = sizeof(out->octets);

	if (info == NULL || engine_id_len > USM_ENGINE_MAX ||
	    generate_kul(info->alg_oid, (u_int)info->oid_len, engine_id, engine_id_len, key->octets, key->len,
		out->octets, &len) != SNMPERR_SUCCESS)
		return -EIO;
	out->len = (uint8_t)len;
	return priv == USM_PRIV_NONE ? 0 : extend(info, priv, engine_id, engine_id_len, out);
}

/* ---- messages */

/* The peer as the library wants it; all is borrowed. It writes to none of it. */
static void
fill_user(struct usmUser *user, const struct usm_peer *peer)
{
	const netsnmp_auth_alg_info *auth = auth_info(peer->auth);
	const netsnmp_priv_alg_info *priv = priv_info(peer->priv);

	*user = (struct usmUser){
		.engineID = (u_char *)(uintptr_t)peer->engine_id,
		.engineIDLen = peer->engine_id_len,
		.name = (char *)(uintptr_t)peer->user,
		.secName = (char *)(uintptr_t)peer->user,
		.authProtocol = (oid *)(uintptr_t)auth->alg_oid,
		.authProtocolLen = (size_t)auth->oid_len,
		.privProtocol = (oid *)(uintptr_t)priv->alg_oid,
		.privProtocolLen = (size_t)priv->oid_len,
		.userStatus = RS_ACTIVE,
		.userStorageType = ST_READONLY,
	};
	if (peer->auth != USM_AUTH_NONE) {
		user->authKey = (u_char *)(uintptr_t)peer->auth_key->octets;
		user->authKeyLen = peer->auth_key->len;
	}
	if (peer->priv != USM_PRIV_NONE) {
		user->privKey = (u_char *)(uintptr_t)peer->priv_key->octets;
		user->privKeyLen = peer->priv_key->len;
	}
}

static int
level_of(const struct usm_peer *peer)
{
	if (peer->priv != USM_PRIV_NONE)
		return SNMP_SEC_LEVEL_AUTHPRIV;
	return peer->auth != USM_AUTH_NONE ? SNMP_SEC_LEVEL_AUTHNOPRIV : SNMP_SEC_LEVEL_NOAUTH;
}

int
library_seal(const struct usm_peer *peer, const uint8_t *head, size_t head_len, const uint8_t *scoped,
    size_t scoped_len, const uint8_t **out)
{
	struct usmUser user;
	size_t offset = scoped_len;
	struct snmp_secmod_outgoing_params params = {
		.globalData = (u_char *)(uintptr_t)head,
		.globalDataLen = head_len,
		.secModel = SNMP_SEC_MODEL_USM,
		.secEngineID = (u_char *)(uintptr_t)peer->engine_id,
		.secEngineIDLen = peer->engine_id_len,
		.secName = (char *)(uintptr_t)peer->user,
		.secNameLen = strlen(peer->user),
		.secLevel = level_of(peer),
		.wholeMsg = &library.packet,
		.wholeMsgLen = &library.packet_size,
		.wholeMsgOffset = &offset,
		.session = &library.session,
	};

	if (scoped_len > library.packet_size)
		return -EIO;
	/* It writes from the end of the packet to its front, where a plain PDU stands already. */
	params.scopedPdu = library.packet + library.packet_size - scoped_len;
	params.scopedPduLen = scoped_len;
	memcpy(params.scopedPdu, scoped, scoped_len);
	fill_user(&user, peer);
	usm_add_user(&user);
	(void)set_enginetime(peer->engine_id, (u_int)peer->engine_id_len, peer->boots, peer->time, TRUE);
	int rc = library.usm->encode_reverse(&params);
	usm_remove_user(&user);
	free_etimelist();
	if (rc != SNMPERR_SUCCESS)
		return -EIO;
	*out = library.packet + library.packet_size - offset;
	return (int)offset;
}

int
library_open(const struct usm_peer *peer, uint8_t flags, uint8_t *message, size_t len, size_t params_at,
    uint8_t *room, uint8_t **scoped, size_t *scoped_len)
{
	u_char engine_id[USM_ENGINE_MAX + 1], *plain = room;
	char name[USM_USER_MAX + 2];
	size_t engine_id_len = sizeof(engine_id), name_len = sizeof(name), plain_len = len, rest = 0;
	void *state = NULL;
	struct usmUser user;
	struct snmp_secmod_incoming_params params = {
		.maxMsgSize = SNMP_MAX_MSG_SIZE,
		.secParams = message + params_at,
		.secModel = SNMP_SEC_MODEL_USM,
		.secLevel = (flags & SNMP_MSG_FLAG_PRIV_BIT) != 0 ? SNMP_SEC_LEVEL_AUTHPRIV
								  : SNMP_SEC_LEVEL_AUTHNOPRIV,
		.wholeMsg = message,
		.wholeMsgLen = len,
		.secEngineID = engine_id,
		.secEngineIDLen = &engine_id_len,
		.secName = name,
		.secNameLen = &name_len,
		.scopedPdu = &plain,
		.scopedPduLen = &plain_len,
		.maxSizeResponse = &rest,
		.secStateRef = &state,
		.sess = &library.session,
		.msg_flags = 0, /* not one for us to report on: the engine is the peer's */
	};

	fill_user(&user, peer);
	usm_add_user(&user);
	int rc = library.usm->decode(&params);
	usm_remove_user(&user);
	free_etimelist();
	library.usm->pdu_free_state_ref(state);
	switch (rc) {
	case SNMPERR_SUCCESS:
		*scoped = plain;
		*scoped_len = plain_len;
		return 0;
	case SNMPERR_USM_AUTHENTICATIONFAILURE:
		return -EACCES;
	case SNMPERR_USM_DECRYPTIONERROR:
		return -EIO;
	case SNMPERR_USM_NOTINTIMEWINDOW:
		return -ETIME;
	default:
		return -EBADMSG;
	}
}

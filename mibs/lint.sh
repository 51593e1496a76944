#!/bin/sh
# SPDX-License-Identifier: ISC
# lint.sh FOLDER: our modules in it have nothing that smilint reports at level 3 or below. Skipped without the IETF's modules.
ietf="$TOWERD_SHARED/mibs/ietf"
if [ ! -d "$ietf" ]; then
	echo "skipped: no IETF modules in $ietf (TOWERD_SHARED)"
	exit 77
fi
command -v smilint >/dev/null || { echo "skipped: no smilint"; exit 77; }
# Theirs come first: a module of ours cannot stand in for one of theirs. -c: no settings of whoever runs this.
said=$(cd "$1" && SMIPATH="$ietf:$1" smilint -c /dev/null -s -l 3 TOWERD-* 2>&1)
[ -z "$said" ] && exit 0
echo "$said"
exit 1

#!/bin/sh
# SPDX-License-Identifier: ISC
# Every C file is formatted as .clang-format says, and begins with its licence. 77 where clang-format 14 (Debian 12's) is not installed: others
# break lines differently.
cd "$TOWERD_SOURCE" || exit 1
clang-format --version 2>/dev/null | grep -q 'version 14\.' || exit 77
files=$(find agent include support plugins tests \( -name '*.c' -o -name '*.h' \) ! -path '*/build/*')
status=0
# shellcheck disable=SC2086
clang-format --dry-run -Werror $files || status=1
for file in $files; do
	head -n 1 "$file" | grep -q 'SPDX-License-Identifier: ISC' || { echo "$file: no SPDX line"; status=1; }
done
exit $status

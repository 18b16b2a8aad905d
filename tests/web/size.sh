#!/usr/bin/env bash
# size.sh — what a website loads for us is at most 3 KB on the wire.
# SPDX-License-Identifier: Apache-2.0
set -eu
LIMIT=3072
bytes=$(gzip -9c "$PLUMB_JS" | wc -c)
echo "1..1"
if [ "$bytes" -le "$LIMIT" ]; then
    echo "ok 1 - plumb.js is at most $LIMIT bytes gzipped"
else
    echo "# it is $bytes bytes"
    echo "not ok 1 - plumb.js is at most $LIMIT bytes gzipped"
    exit 1
fi

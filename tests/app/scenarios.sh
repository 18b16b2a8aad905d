#!/usr/bin/env bash
# scenarios.sh — all files of tests/scenarios, see there.
# SPDX-License-Identifier: Apache-2.0
here=$(dirname "$0")/../scenarios
exec "$here/run" "$here"/*.scn

#!/usr/bin/env bash
# real.sh — real leads from outside of the repository, where they are; see tests/real.
# SPDX-License-Identifier: Apache-2.0
exec "$(dirname "$0")/../real/run"

/* version.h — the version, from the one place that states it: meson.build. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_VERSION_H
#define PLUMB_APP_VERSION_H

#ifndef PLUMB_VERSION
#error "PLUMB_VERSION comes from the build"
#endif

#endif

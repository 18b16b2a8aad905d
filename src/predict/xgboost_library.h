/* xgboost_library.h — XGBoost's functions, looked for when trees are first wanted.
 *
 * Not linked: see docs/decisions/xgboost-is-loaded-when-wanted.md. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_XGBOOST_LIBRARY_H
#define PLUMB_PREDICT_XGBOOST_LIBRARY_H

#include <xgboost/c_api.h>

#include "base/err.h"

/* Every function of theirs that is called. */
#define XGBOOST_CALLS(CALL)           \
    CALL(XGBoostVersion)              \
    CALL(XGBGetLastError)             \
    CALL(XGBRegisterLogCallback)      \
    CALL(XGDMatrixCreateFromMat_omp)  \
    CALL(XGDMatrixSetFloatInfo)       \
    CALL(XGDMatrixFree)               \
    CALL(XGBoosterCreate)             \
    CALL(XGBoosterFree)               \
    CALL(XGBoosterSetParam)           \
    CALL(XGBoosterUpdateOneIter)      \
    CALL(XGBoosterPredictFromDMatrix) \
    CALL(XGBoosterSlice)              \
    CALL(XGBoosterBoostedRounds)      \
    CALL(XGBoosterGetNumFeature)      \
    CALL(XGBoosterSaveModelToBuffer)  \
    CALL(XGBoosterLoadModelFromBuffer)

struct xgboost_library {
#define CALL(name) __typeof__(&(name)) name; /* NOLINT(bugprone-macro-parentheses): a field's name */
    XGBOOST_CALLS(CALL)
#undef CALL
};

/* The same for all, for ever. Threads may ask at once.
 * Errors   ERR_UNAVAILABLE: not on this machine, or too old. */
MUST_CHECK enum err xgboost_library(const struct xgboost_library **out, struct err_info *why);

#endif

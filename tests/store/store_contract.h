/* store_contract.h — what a program of the contract's tests has to offer. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_STORE_STORE_CONTRACT_H
#define PLUMB_TESTS_STORE_STORE_CONTRACT_H

#include "facts.h"

/* An empty store of the kind that this program tests; CHECKs that it opens. */
struct store *contract_open(void);

#endif

/* test_memory.c — the model keeps the contract. */
// SPDX-License-Identifier: Apache-2.0
#include "store_contract.h"

struct store *contract_open(void)
{
    struct store *store = NULL;
    struct err_info why = {0};
    CHECK_OK(store_open(&(struct store_options){.clock = clock_system()}, &store, &why), why);
    return store;
}

TEST(a_store_without_a_path_is_in_memory)
{
    struct store *store = contract_open();
    CHECK_STR(str_from_c(store_kind(store)), STR("memory"));
    store_close(store);
}

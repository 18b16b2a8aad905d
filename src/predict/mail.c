/* mail.c — see mail.h. The lists are of the providers and functions that are met most; who is missing counts as business. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/mail.h"

/* Providers with a domain of their own in many countries: yahoo.fr, yahoo.co.uk. */
static const struct str free_families[] = {
    STR_INIT("gmail"),   STR_INIT("googlemail"), STR_INIT("yahoo"),    STR_INIT("ymail"),      STR_INIT("hotmail"),
    STR_INIT("outlook"), STR_INIT("live"),       STR_INIT("msn"),      STR_INIT("gmx"),        STR_INIT("aol"),
    STR_INIT("yandex"),  STR_INIT("protonmail"), STR_INIT("tutanota"), STR_INIT("rediffmail"), STR_INIT("zohomail"),
};
static const struct str free_domains[] = {
    STR_INIT("icloud.com"),     STR_INIT("me.com"),         STR_INIT("mac.com"),     STR_INIT("proton.me"),
    STR_INIT("pm.me"),          STR_INIT("mail.com"),       STR_INIT("email.com"),   STR_INIT("fastmail.com"),
    STR_INIT("hey.com"),        STR_INIT("web.de"),         STR_INIT("t-online.de"), STR_INIT("freenet.de"),
    STR_INIT("posteo.de"),      STR_INIT("mailbox.org"),    STR_INIT("bluewin.ch"),  STR_INIT("orange.fr"),
    STR_INIT("wanadoo.fr"),     STR_INIT("free.fr"),        STR_INIT("laposte.net"), STR_INIT("sfr.fr"),
    STR_INIT("libero.it"),      STR_INIT("virgilio.it"),    STR_INIT("tiscali.it"),  STR_INIT("wp.pl"),
    STR_INIT("o2.pl"),          STR_INIT("onet.pl"),        STR_INIT("interia.pl"),  STR_INIT("seznam.cz"),
    STR_INIT("mail.ru"),        STR_INIT("bk.ru"),          STR_INIT("inbox.ru"),    STR_INIT("list.ru"),
    STR_INIT("rambler.ru"),     STR_INIT("ukr.net"),        STR_INIT("qq.com"),      STR_INIT("163.com"),
    STR_INIT("126.com"),        STR_INIT("sina.com"),       STR_INIT("naver.com"),   STR_INIT("daum.net"),
    STR_INIT("hanmail.net"),    STR_INIT("uol.com.br"),     STR_INIT("bol.com.br"),  STR_INIT("terra.com.br"),
    STR_INIT("comcast.net"),    STR_INIT("verizon.net"),    STR_INIT("att.net"),     STR_INIT("sbcglobal.net"),
    STR_INIT("btinternet.com"), STR_INIT("rocketmail.com"), STR_INIT("ziggo.nl"),
};
static const struct str roles[] = {
    STR_INIT("info"),    STR_INIT("sales"),    STR_INIT("support"),     STR_INIT("admin"),     STR_INIT("office"),
    STR_INIT("contact"), STR_INIT("hello"),    STR_INIT("hi"),          STR_INIT("mail"),      STR_INIT("marketing"),
    STR_INIT("billing"), STR_INIT("accounts"), STR_INIT("accounting"),  STR_INIT("hr"),        STR_INIT("jobs"),
    STR_INIT("careers"), STR_INIT("team"),     STR_INIT("help"),        STR_INIT("service"),   STR_INIT("press"),
    STR_INIT("legal"),   STR_INIT("privacy"),  STR_INIT("security"),    STR_INIT("webmaster"), STR_INIT("postmaster"),
    STR_INIT("noreply"), STR_INIT("no-reply"), STR_INIT("abuse"),       STR_INIT("orders"),    STR_INIT("enquiries"),
    STR_INIT("kontakt"), STR_INIT("vertrieb"), STR_INIT("buchhaltung"), STR_INIT("contacto"),  STR_INIT("ventas"),
};

static bool is_in(struct str text, const struct str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(text, list[i])) return true;
    return false;
}

bool mail_is_address(struct str text)
{
    struct str domain = text, local = str_cut(&domain, '@');
    return local.len > 0 && domain.len > 2 && str_contains(domain, STR(".")) && !str_contains(domain, STR("@"));
}

bool mail_is_free(struct str address)
{
    struct str domain = address, family;
    str_cut(&domain, '@');
    if (is_in(domain, free_domains, COUNT_OF(free_domains))) return true;
    family = str_cut(&domain, '.');
    return is_in(family, free_families, COUNT_OF(free_families));
}

bool mail_is_of_role(struct str address)
{
    return is_in(str_cut(&address, '@'), roles, COUNT_OF(roles));
}

/* people.c — lists of names. Even first names are women's, odd ones men's; family names
 * that have a woman's form carry it. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/people.h"

#include <string.h>

#include "base/macros.h"

static const char *const first_names[LANGUAGE_COUNT][FIRST_NAME_COUNT] = {
    [LANGUAGE_POLISH] = {"Agnieszka",  "Piotr",      "Małgorzata", "Krzysztof", "Katarzyna",  "Tomasz",  "Zofia",
                         "Paweł",      "Joanna",     "Michał",     "Magdalena", "Grzegorz",   "Ewa",     "Łukasz",
                         "Żaneta",     "Wojciech",   "Monika",     "Jakub",     "Aleksandra", "Marcin",  "Beata",
                         "Stanisław",  "Dorota",     "Rafał",      "Karolina",  "Zbigniew",   "Hanna",   "Jarosław",
                         "Iwona",      "Sławomir",   "Urszula",    "Kamil",     "Grażyna",    "Mateusz", "Elżbieta",
                         "Bartłomiej", "Renata",     "Radosław",   "Natalia",   "Mariusz",    "Justyna", "Dawid",
                         "Sylwia",     "Przemysław", "Bożena",     "Szymon",    "Wanda",      "Ignacy"},
    [LANGUAGE_DUTCH] = {"Sanne",     "Daan",    "Femke",   "Bram",   "Lotte",   "Sem",      "Anouk",  "Joost",
                        "Marijke",   "Thijs",   "Roos",    "Ruben",  "Saskia",  "Wouter",   "Eva",    "Jeroen",
                        "Liselotte", "Maarten", "Inge",    "Sjoerd", "Noortje", "Pieter",   "Zoë",    "Koen",
                        "Fleur",     "Hendrik", "Carlijn", "Stijn",  "Maaike",  "Gijs",     "Esmée",  "Lars",
                        "Renée",     "Bas",     "Hanneke", "Floris", "Tessa",   "Jasper",   "Iris",   "Niels",
                        "Willemijn", "Rogier",  "Yvonne",  "Casper", "Merel",   "Matthijs", "Judith", "Teun"},
    [LANGUAGE_CZECH] = {"Jana",    "Jiří",    "Tereza",   "Tomáš",   "Lucie",   "Ondřej",  "Kateřina", "Petr",
                        "Eliška",  "Lukáš",   "Veronika", "Vojtěch", "Markéta", "Matěj",   "Zuzana",   "David",
                        "Adéla",   "Václav",  "Barbora",  "Jakub",   "Lenka",   "Filip",   "Michaela", "Štěpán",
                        "Hana",    "Marek",   "Kristýna", "Zdeněk",  "Šárka",   "Radek",   "Petra",    "Aleš",
                        "Nikola",  "Bohumil", "Ivana",    "Miloš",   "Simona",  "Kryštof", "Dagmar",   "Vít",
                        "Alžběta", "Dominik", "Renáta",   "Roman",   "Monika",  "Antonín", "Věra",     "Libor"},
    [LANGUAGE_ENGLISH] = {"Charlotte", "Oliver",  "Amelia",   "George", "Sophie",    "Harry",    "Grace",
                          "Jack",      "Emily",   "Thomas",   "Lucy",   "William",   "Hannah",   "James",
                          "Olivia",    "Edward",  "Jessica",  "Samuel", "Alice",     "Daniel",   "Rebecca",
                          "Benjamin",  "Chloë",   "Matthew",  "Imogen", "Alexander", "Megan",    "Joseph",
                          "Eleanor",   "Callum",  "Victoria", "Liam",   "Zara",      "Rhys",     "Georgina",
                          "Owen",      "Harriet", "Lewis",    "Niamh",  "Connor",    "Beatrice", "Angus",
                          "Rosie",     "Nathan",  "Florence", "Adam",   "Isobel",    "Hugh"},
};

/* A '|' separates a woman's form. */
static const char *const last_names[LANGUAGE_COUNT][LAST_NAME_COUNT] = {
    [LANGUAGE_POLISH] = {"Kowalski|Kowalska",
                         "Nowak",
                         "Wiśniewski|Wiśniewska",
                         "Wójcik",
                         "Kamiński|Kamińska",
                         "Lewandowski|Lewandowska",
                         "Zieliński|Zielińska",
                         "Szymański|Szymańska",
                         "Woźniak",
                         "Dąbrowski|Dąbrowska",
                         "Kozłowski|Kozłowska",
                         "Jankowski|Jankowska",
                         "Mazur",
                         "Kwiatkowski|Kwiatkowska",
                         "Krawczyk",
                         "Piotrowski|Piotrowska",
                         "Grabowski|Grabowska",
                         "Pawłowski|Pawłowska",
                         "Michalski|Michalska",
                         "Król",
                         "Wieczorek",
                         "Jabłoński|Jabłońska",
                         "Wróbel",
                         "Stępień",
                         "Górski|Górska",
                         "Rutkowski|Rutkowska",
                         "Pietrzak",
                         "Sikora",
                         "Baran",
                         "Szewczyk",
                         "Ostrowski|Ostrowska",
                         "Tomaszewski|Tomaszewska",
                         "Jasiński|Jasińska",
                         "Żak",
                         "Duda",
                         "Bąk",
                         "Czarnecki|Czarnecka",
                         "Sawicki|Sawicka",
                         "Głowacki|Głowacka",
                         "Świątek"},
    [LANGUAGE_DUTCH] = {"de Jong",      "Jansen",        "de Vries", "van den Berg", "Bakker",
                        "van Dijk",     "Visser",        "Smit",     "Meijer",       "de Boer",
                        "Mulder",       "de Groot",      "Bos",      "Vos",          "Peters",
                        "Hendriks",     "van Leeuwen",   "Dekker",   "Brouwer",      "de Wit",
                        "Dijkstra",     "Smits",         "de Graaf", "van der Meer", "van der Linden",
                        "Kok",          "Jacobs",        "de Haan",  "Vermeulen",    "van den Heuvel",
                        "van der Veen", "van den Broek", "Schouten", "Hoekstra",     "Prins",
                        "Huisman",      "Postma",        "Kuijpers", "Veenstra",     "van 't Hoff"},
    [LANGUAGE_CZECH] = {"Novák|Nováková",
                        "Svoboda|Svobodová",
                        "Novotný|Novotná",
                        "Dvořák|Dvořáková",
                        "Černý|Černá",
                        "Procházka|Procházková",
                        "Kučera|Kučerová",
                        "Veselý|Veselá",
                        "Horák|Horáková",
                        "Němec|Němcová",
                        "Pokorný|Pokorná",
                        "Marek|Marková",
                        "Pospíšil|Pospíšilová",
                        "Hájek|Hájková",
                        "Jelínek|Jelínková",
                        "Král|Králová",
                        "Růžička|Růžičková",
                        "Beneš|Benešová",
                        "Fiala|Fialová",
                        "Sedláček|Sedláčková",
                        "Doležal|Doležalová",
                        "Zeman|Zemanová",
                        "Kolář|Kolářová",
                        "Krejčí",
                        "Navrátil|Navrátilová",
                        "Čermák|Čermáková",
                        "Vaněk|Vaňková",
                        "Urban|Urbanová",
                        "Kratochvíl|Kratochvílová",
                        "Šimek|Šimková",
                        "Blažek|Blažková",
                        "Kříž|Křížová",
                        "Kopecký|Kopecká",
                        "Bartoš|Bartošová",
                        "Vlček|Vlčková",
                        "Musil|Musilová",
                        "Šťastný|Šťastná",
                        "Konečný|Konečná",
                        "Malý|Malá",
                        "Holub|Holubová"},
    [LANGUAGE_ENGLISH] = {"Smith",   "Taylor",    "Wright",    "Walker",   "Robinson",   "Thompson",  "Hughes",
                          "Edwards", "Green",     "Clarke",    "Harris",   "Morgan",     "Bennett",   "Cooper",
                          "Ward",    "Turner",    "Carter",    "Phillips", "O'Connor",   "Murphy",    "Campbell",
                          "Stewart", "Fraser",    "Grant",     "Ashworth", "Holloway",   "Whitfield", "Pemberton",
                          "Lloyd",   "Griffiths", "Barker",    "Fletcher", "Hargreaves", "Sinclair",  "Marsh",
                          "Doyle",   "Byrne",     "Gallagher", "Okafor",   "Patel"},
};

static const char *const stems[LANGUAGE_COUNT][COMPANY_STEM_COUNT] = {
    [LANGUAGE_POLISH] = {"Wisła",  "Bałtyk",   "Tatry",   "Mazury", "Śląsk",      "Warta", "Łódka",      "Gniezno",
                         "Jantar", "Bursztyn", "Żubr",    "Sokół",  "Kraków",     "Piast", "Karpaty",    "Morskie Oko",
                         "Złota",  "Zamość",   "Gdańska", "Orzeł",  "Bieszczady", "Odra",  "Białowieża", "Kopernik"},
    [LANGUAGE_DUTCH] = {"Noordzee",  "Kanaal",  "Oranje", "Zuiderzee", "IJssel",      "Hoogland", "Duin",   "Maas",
                        "Waddenzee", "Zeeland", "Lelie",  "Molen",     "Haringvliet", "Amstel",   "Veluwe", "Grachten",
                        "Kompas",    "Leeuw",   "Polder", "Vuurtoren", "De Brug",     "Rijnmond", "Twente", "Zwaluw"},
    [LANGUAGE_CZECH] = {"Vltava",   "Morava", "Šumava",  "Říp",    "Labe",   "Krkonoše", "Jizera", "Hvězda",
                        "Křišťál",  "Sázava", "Beskydy", "Lípa",   "Brána",  "Zvon",     "Ještěd", "Olše",
                        "Hradčany", "Petřín", "Skála",   "Orlice", "Slávie", "Kámen",    "Výtoň",  "Plzeňka"},
    [LANGUAGE_ENGLISH] = {"Northgate", "Thames",   "Harbour", "Silverstone", "Oakwood",    "Kestrel",
                          "Mersey",    "Ridgeway", "Beacon",  "Pennine",     "Foxglove",   "Ironbridge",
                          "Severn",    "Larkspur", "Tyne",    "Cotswold",    "Greyfriars", "Lantern",
                          "Wharf",     "Hawthorn", "Clyde",   "Highfield",   "Quayside",   "Albion"},
};

static const char *const forms[LANGUAGE_COUNT] = {"Sp. z o.o.", "B.V.", "s.r.o.", "Ltd"};

/* The half of "man|woman" that is meant, or all of it. */
static struct str form_of(const char *name, bool woman)
{
    struct str rest = str_from_c(name);
    struct str man = str_cut(&rest, '|');
    return woman && rest.len > 0 ? rest : man;
}

struct person person_at(enum language language, uint32_t first, uint32_t last)
{
    first %= FIRST_NAME_COUNT;
    return (struct person){str_from_c(first_names[language][first]),
                           form_of(last_names[language][last % LAST_NAME_COUNT], first % 2 == 0)};
}

const char *company_stem(enum language language, uint32_t stem)
{
    return stems[language][stem % COMPANY_STEM_COUNT];
}

const char *company_form(enum language language)
{
    return forms[language];
}

/* ---- Addresses. ---- */

/* The letters of our languages that ASCII lacks, two bytes each in UTF-8, and what addresses write for them. */
static const struct {
    char letter[3];
    char plain;
} letters[] = {
    {"ą", 'a'}, {"ć", 'c'}, {"ę", 'e'}, {"ł", 'l'}, {"ń", 'n'}, {"ó", 'o'}, {"ś", 's'}, {"ź", 'z'}, {"ż", 'z'},
    {"Ą", 'a'}, {"Ć", 'c'}, {"Ę", 'e'}, {"Ł", 'l'}, {"Ń", 'n'}, {"Ó", 'o'}, {"Ś", 's'}, {"Ź", 'z'}, {"Ż", 'z'},
    {"á", 'a'}, {"č", 'c'}, {"ď", 'd'}, {"é", 'e'}, {"ě", 'e'}, {"í", 'i'}, {"ň", 'n'}, {"ř", 'r'}, {"š", 's'},
    {"ť", 't'}, {"ú", 'u'}, {"ů", 'u'}, {"ý", 'y'}, {"ž", 'z'}, {"Č", 'c'}, {"Ř", 'r'}, {"Š", 's'}, {"Ž", 'z'},
    {"Í", 'i'}, {"Ú", 'u'}, {"ë", 'e'}, {"ö", 'o'}, {"ü", 'u'}, {"ï", 'i'}, {"è", 'e'}, {"Ě", 'e'}, {"Á", 'a'},
};

static void append_plain_letter(struct buf *out, const char *at)
{
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        if (memcmp(letters[i].letter, at, 2) != 0) continue;
        buf_append_char(out, letters[i].plain);
        return;
    }
    INVARIANT(!"each letter of the lists above has a plain one");
}

void append_plain(struct buf *out, struct str name, char gap)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if ((unsigned char)c >= 0x80) {
            append_plain_letter(out, name.at + i++);
        } else if (c == ' ') {
            if (gap != '\0') buf_append_char(out, gap);
        } else if (c >= 'a' && c <= 'z') {
            buf_append_char(out, c);
        }
    }
}

/* column_words.c — see column_words.h. Lists hold names in small letters, without blanks and marks, each within bars. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/column_words.h"

#include <string.h>

#define WORD_MAX 32 /* bytes; longer names are in no list */

static bool is_listed(const char *list, struct str name)
{
    char word[WORD_MAX + 3] = "|";
    size_t length = 1;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c == ' ' || c == '_' || c == '-' || c == '.') continue;
        if (length > WORD_MAX || c == '|' || c == '\0') return false;
        word[length++] = c;
    }
    word[length++] = '|';
    word[length] = '\0';
    return length > 2 && strstr(list, word) != NULL;
}

bool column_is_creation(struct str name)
{
    return is_listed("|created|createdat|createdate|createddate|createdon|creationdate|dateadded|datecreated|"
                     "signupdate|signedupat|addedon|",
                     name);
}

bool column_is_closing(struct str name)
{
    return is_listed("|closed|closedat|closedate|closeddate|closedon|closingdate|dateclosed|actualclosedate|won|wonat|"
                     "wondate|lostat|",
                     name);
}

bool column_is_lifecycle(struct str name)
{
    return is_listed("|lifecycle|lifecyclestage|lifecyclephase|leadlifecyclestage|", name);
}

bool column_is_reference(struct str name)
{
    return is_listed(
        "|id|recordid|contact|contactid|contacts|contactids|company|companyid|companies|deal|dealid|deals|", name);
}

bool column_is_standing(struct str name)
{
    return column_is_lifecycle(name) || column_is_closing(name) ||
           is_listed("|stage|dealstage|pipelinestage|leadstatus|status|dealstatus|isclosed|iswon|isclosedwon|islost|"
                     "closedwonreason|closedlostreason|lostreason|lossreason|winreason|winprobability|dealprobability|"
                     "forecastcategory|isconverted|converteddate|",
                     name);
}

bool column_is_protected(struct str name)
{
    return is_listed("|gender|sex|salutation|honorific|pronouns|age|agegroup|agerange|birthday|birthdate|"
                     "dateofbirth|dob|birthyear|yearofbirth|firstname|lastname|name|fullname|givenname|familyname|"
                     "surname|middlename|maidenname|race|ethnicity|ethnicgroup|ethnicorigin|nationality|citizenship|"
                     "placeofbirth|countryofbirth|mothertongue|nativelanguage|religion|belief|denomination|caste|"
                     "disability|health|healthcondition|pregnant|pregnancy|maritalstatus|relationshipstatus|children|"
                     "numberofchildren|familystatus|sexualorientation|orientation|political|politicalaffiliation|"
                     "politicalparty|unionmembership|unionmember|military|militarystatus|veteran|"
                     "veteranstatus|genetic|biometric|criminalrecord|",
                     name);
}

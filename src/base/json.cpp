/* json.cpp — simdjson finds the tokens, one loop makes items of them.
 *
 * simdjson's first stage checks UTF-8 and strings and lists the offset of every token:
 * of { } [ ] : , and of the first byte of each string, number and word. What is left is
 * small: follow the grammar from token to token. Why neither simdjson's own second stage
 * nor its on-demand face: docs/decisions/json-is-read-from-simdjsons-tokens.md.
 *
 * A string ends at the last quote before the next token, so it needs no search; without
 * a backslash its text is a view. */
// SPDX-License-Identifier: Apache-2.0
extern "C" {
#include "base/err.h"
#include "base/number.h"
#include "base/unicode.h"
}
#include "base/json.h"

#include <cstring>
#include <memory>
#include <vector>

#include <simdjson.h>

namespace
{

const size_t FIRST_CAPACITY = 64 * 1024;

/* A text and its tokens; nothing of it changes while it is read. */
struct reader {
    const char *text;
    size_t length;
    const uint32_t *end; /* behind the last token; one offset more, the length, may be read there */
    bool has_escapes;    /* somewhere in the text is a backslash */
};

/* What is wrong at a token. */
enum trouble {
    NONE,
    NO_VALUE,
    NO_KEY,
    NO_COLON,
    NO_COMMA_OR_BRACE,
    NO_COMMA_OR_BRACKET,
    NOT_THE_END,
    OPEN_STRING,
    BAD_ESCAPE,
    BAD_NUMBER,
    OVER_64_BITS,
    OVER_DOUBLE,
    TOO_DEEP,
    TOO_MANY,
};

} // namespace

struct json_parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> simd;
    std::vector<json_item> items;
    std::vector<char> unescaped;
};

extern "C" struct json_parser *json_parser_new(void)
{
    return new json_parser;
}

extern "C" void json_parser_free(struct json_parser *parser)
{
    delete parser;
}

/* ---- Bytes. ---- */

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The byte at `at`, a blank behind the end, where anything may stand. */
static inline char char_at(const reader &r, const char *at)
{
    return at < r.text + r.length ? *at : ' ';
}

static inline bool ends_token(char c)
{
    return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':';
}

/* ---- What is wrong with a text. ---- */

static const char *sentence(enum trouble trouble)
{
    switch (trouble) {
    case NONE: break;
    case NO_VALUE: return "expected a value";
    case NO_KEY: return "expected a key in quotes";
    case NO_COLON: return "expected ':' behind the key";
    case NO_COMMA_OR_BRACE: return "expected ',' or '}'";
    case NO_COMMA_OR_BRACKET: return "expected ',' or ']'";
    case NOT_THE_END: return "something follows its end";
    case OPEN_STRING: return "a string is not closed";
    case BAD_ESCAPE: return "this string holds an escape that is not valid";
    case BAD_NUMBER: return "this is not a number";
    case OVER_64_BITS: return "does not fit 64 bits";
    case OVER_DOUBLE: return "is too large for a double";
    case TOO_DEEP:
    case TOO_MANY: break;
    }
    return "";
}

static enum err report(const reader &r, enum trouble trouble, const uint32_t *token, struct err_info *why)
{
    if (trouble == NONE) return ERR_OK;
    if (trouble == TOO_MANY) return err_set(why, ERR_TOO_BIG, "more than %d values", JSON_ITEMS_MAX);
    bool ended = token >= r.end;
    struct place at = unicode_place({r.text, r.length}, ended ? r.length : *token);
    if (trouble == TOO_DEEP) return err_set_at(why, ERR_TOO_BIG, at, "nested more than %d levels deep", JSON_DEPTH_MAX);
    if (trouble == OVER_64_BITS || trouble == OVER_DOUBLE) {
        size_t length = 0; /* of the number, whose grammar was found good */
        while (!ends_token(char_at(r, r.text + *token + length))) length++;
        return err_set_at(why, ERR_INVALID, at, "the number %.*s%s %s", length < 60 ? (int)length : 60, r.text + *token,
                          length < 60 ? "" : "...", sentence(trouble));
    }
    return err_set_at(why, ERR_INVALID, at, "not JSON: %s%s", ended ? "it ends too early, " : "", sentence(trouble));
}

/* What the first stage refuses. */
static enum err report_error(simdjson::error_code error, struct str text, struct err_info *why)
{
    switch (error) {
    case simdjson::EMPTY: return err_set(why, ERR_INVALID, "not JSON: nothing but blanks");
    case simdjson::UNCLOSED_STRING: return err_set(why, ERR_INVALID, "not JSON: a string is never closed");
    case simdjson::UNESCAPED_CHARS:
        return err_set(why, ERR_INVALID, "not JSON: a string holds a control character that is not escaped");
    case simdjson::UTF8_ERROR:
        return err_set_at(why, ERR_INVALID, unicode_place(text, unicode_valid_length(text)), "not valid UTF-8");
    default: return err_set(why, ERR_INVALID, "not JSON: %s", simdjson::error_message(error));
    }
}

/* ---- Strings. ---- */

/* Four hexadecimal digits; UINT32_MAX when they are not there. */
static uint32_t read_hex(const char *at, const char *end)
{
    if (end - at < 4) return UINT32_MAX;
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : UINT32_MAX;
        if (digit == UINT32_MAX) return UINT32_MAX;
        value = value << 4 | digit;
    }
    return value;
}

static char *write_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *out++ = (char)(0xe0 | c >> 12);
        } else {
            *out++ = (char)(0xf0 | c >> 18);
            *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (c & 0x3f));
    return out;
}

/* The escape at *in, which points behind its backslash, to *out; both move on. */
static bool read_escape(const char **in, const char *end, char **out)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *at = *in;
    if (at == end) return false;
    if (*at != 'u') {
        const char *name = (const char *)memchr(names, *at, sizeof names - 1);
        if (name == nullptr) return false;
        *(*out)++ = meanings[name - names];
        *in = at + 1;
        return true;
    }
    uint32_t c = read_hex(at + 1, end);
    at += 5;
    if (c == UINT32_MAX || (c >= 0xdc00 && c <= 0xdfff)) return false;
    if (c >= 0xd800 && c <= 0xdbff) { /* the first half of a pair */
        if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return false;
        uint32_t low = read_hex(at + 2, end);
        if (low < 0xdc00 || low > 0xdfff) return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    }
    *out = write_utf8(*out, c);
    *in = at;
    return true;
}

/* Never longer than it was, so the room of the whole text is room enough. */
static enum trouble unescape(struct str raw, struct str *out, char **room)
{
    const char *in = raw.at, *end = raw.at + raw.len;
    char *start = *room, *to = start;
    while (in < end) {
        const char *escape = (const char *)memchr(in, '\\', (size_t)(end - in));
        size_t plain = (size_t)((escape != nullptr ? escape : end) - in);
        memcpy(to, in, plain);
        to += plain;
        in += plain;
        if (escape == nullptr) break;
        in++;
        if (!read_escape(&in, end, &to)) return BAD_ESCAPE;
    }
    *room = to;
    *out = {start, (size_t)(to - start)};
    return NONE;
}

static inline enum trouble read_string(const reader &r, const uint32_t *token, struct str *out, char **room)
{
    const char *start = r.text + token[0] + 1;
    const char *close = r.text + token[1] - 1;
    if (*close != '"')
        while (is_blank(*close)) close--;
    if (close < start || *close != '"') return OPEN_STRING;
    *out = {start, (size_t)(close - start)};
    if (!r.has_escapes || memchr(start, '\\', out->len) == nullptr) return NONE;
    return unescape(*out, out, room);
}

/* ---- Numbers and words. ---- */

/* Move *at over digits, and add them to *value, which may wrap around. */
static inline size_t skip_digits(const reader &r, const char **at, uint64_t *value)
{
    const char *start = *at;
    for (;; (*at)++) {
        unsigned digit = (unsigned)(unsigned char)char_at(r, *at) - '0';
        if (digit > 9) return (size_t)(*at - start);
        *value = *value * 10 + digit;
    }
}

/* A whole number of more than 18 digits. */
static enum trouble read_large(struct str text, double *out)
{
    int64_t as_signed;
    uint64_t as_unsigned;
    if (str_to_i64(text, &as_signed)) {
        *out = (double)as_signed;
    } else if (str_to_u64(text, &as_unsigned)) {
        *out = (double)as_unsigned;
    } else {
        return OVER_64_BITS;
    }
    return NONE;
}

static inline enum trouble read_number(const reader &r, const uint32_t *token, json_item *item)
{
    const char *start = r.text + *token, *at = start;
    bool negative = *at == '-', whole = true;
    at += negative;
    uint64_t value = 0;
    bool leading_zero = char_at(r, at) == '0';
    size_t digits = skip_digits(r, &at, &value);
    if (digits == 0 || (leading_zero && digits > 1)) return BAD_NUMBER;
    if (char_at(r, at) == '.') {
        whole = false;
        at++;
        if (skip_digits(r, &at, &value) == 0) return BAD_NUMBER;
    }
    if (char_at(r, at) == 'e' || char_at(r, at) == 'E') {
        whole = false;
        at++;
        at += char_at(r, at) == '+' || char_at(r, at) == '-';
        if (skip_digits(r, &at, &value) == 0) return BAD_NUMBER;
    }
    if (!ends_token(char_at(r, at))) return BAD_NUMBER;
    item->text = {start, (size_t)(at - start)};
    if (!whole) return number_parse(item->text, &item->number) ? NONE : OVER_DOUBLE;
    if (digits > 18) return read_large(item->text, &item->number);
    item->number = negative ? -(double)value : (double)value;
    return NONE;
}

static enum trouble read_word(const reader &r, const uint32_t *token, json_item *item)
{
    static const struct {
        struct str word;
        enum json_kind kind;
    } words[] = {{{"null", 4}, JSON_NULL}, {{"true", 4}, JSON_BOOL}, {{"false", 5}, JSON_BOOL}};
    if (token >= r.end) return NO_VALUE;
    const char *at = r.text + *token;
    size_t left = r.length - *token;
    for (const auto &known : words) {
        if (left < known.word.len || memcmp(at, known.word.at, known.word.len) != 0) continue;
        if (!ends_token(char_at(r, at + known.word.len))) break;
        item->kind = known.kind;
        item->boolean = at[0] == 't';
        if (known.kind == JSON_BOOL) item->text = known.word;
        return NONE;
    }
    return NO_VALUE;
}

/* ---- The grammar. ---- */

static inline char char_of(const reader &r, const uint32_t *token)
{
    return token < r.end ? r.text[*token] : '\0';
}

static inline enum trouble read_scalar(const reader &r, const uint32_t *token, json_item *item, char **room)
{
    char c = char_of(r, token);
    if (c == '"') {
        item->kind = JSON_STRING;
        return read_string(r, token, &item->text, room);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        item->kind = JSON_NUMBER;
        return read_number(r, token, item);
    }
    return read_word(r, token, item);
}

/* Key and colon. */
static inline enum trouble read_key(const reader &r, const uint32_t **token, struct str *key, char **room)
{
    if (char_of(r, *token) != '"') return NO_KEY;
    enum trouble trouble = read_string(r, *token, key, room);
    if (trouble != NONE) return trouble;
    ++*token;
    if (char_of(r, *token) != ':') return NO_COLON;
    ++*token;
    return NONE;
}

/* Fill `items`, which has room for one more than there are tokens, or for the ceiling.
 * *token goes from the first to behind the last, or to where the trouble is. */
static enum trouble read_document(const reader &r, json_item *items, const uint32_t **token, char *room)
{
    json_item *open[JSON_DEPTH_MAX]; /* the containers being filled */
    size_t depth = 0;
    char close = '\0'; /* what ends the innermost */
    enum trouble trouble;
    for (json_item *item = items;; item++) {
        if (item == items + JSON_ITEMS_MAX) return TOO_MANY;
        *item = json_item();
        item->span = 1;
        if (close == '}' && (trouble = read_key(r, token, &item->key, &room)) != NONE) return trouble;
        char c = char_of(r, *token);
        if (c == '{' || c == '[') {
            if (depth == JSON_DEPTH_MAX) return TOO_DEEP;
            item->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
            open[depth++] = item;
            close = c == '{' ? '}' : ']';
            ++*token;
            if (char_of(r, *token) != close) continue; /* its first member */
        } else {
            trouble = read_scalar(r, *token, item, &room);
            if (trouble != NONE) return trouble;
            ++*token;
        }
        while (depth > 0 && char_of(r, *token) == close) { /* containers that end behind this value */
            depth--;
            open[depth]->span = (uint32_t)(item + 1 - open[depth]);
            if (depth > 0) close = open[depth - 1]->kind == JSON_OBJECT ? '}' : ']';
            ++*token;
        }
        if (depth == 0) return *token == r.end ? NONE : NOT_THE_END;
        if (char_of(r, *token) != ',') return close == '}' ? NO_COMMA_OR_BRACE : NO_COMMA_OR_BRACKET;
        ++*token;
    }
}

static simdjson::error_code find_tokens(struct json_parser *parser, struct str text)
{
    simdjson::error_code error = simdjson::SUCCESS;
    size_t capacity = parser->simd ? parser->simd->capacity() : 0;
    if (text.len > capacity) {
        capacity = capacity * 2 < FIRST_CAPACITY ? FIRST_CAPACITY : capacity * 2;
        if (capacity < text.len) capacity = text.len;
        error = simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, JSON_DEPTH_MAX,
                                                                                        parser->simd);
    }
    if (error != simdjson::SUCCESS) return error;
    return parser->simd->stage1((const uint8_t *)text.at, text.len, simdjson::stage1_mode::regular);
}

extern "C" enum err json_parse(struct json_parser *parser, struct str text, const struct json_item **items,
                               struct err_info *why)
{
    static_assert(JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads that far behind the text");
    if (text.len == 0) return report_error(simdjson::EMPTY, text, why);
    simdjson::error_code error = find_tokens(parser, text);
    if (error != simdjson::SUCCESS) return report_error(error, text, why);
    const uint32_t *token = parser->simd->structural_indexes.get();
    size_t count = parser->simd->n_structural_indexes;
    INVARIANT(token[count] == text.len);
    /* One more than there can be values: the member that a text which ends too early misses. */
    size_t room = count < JSON_ITEMS_MAX ? count + 1 : JSON_ITEMS_MAX;
    if (parser->items.size() < room) parser->items.resize(room);
    bool has_escapes = memchr(text.at, '\\', text.len) != nullptr;
    if (has_escapes && parser->unescaped.size() < text.len) parser->unescaped.resize(text.len);
    const reader r = {text.at, text.len, token + count, has_escapes};
    enum trouble trouble = read_document(r, parser->items.data(), &token, parser->unescaped.data());
    if (trouble == NONE) *items = parser->items.data();
    return report(r, trouble, token, why);
}

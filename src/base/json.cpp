/* json.cpp — simdjson finds the tokens, one loop makes items of them.
 *
 * simdjson's first stage checks UTF-8 and strings and lists the offset of every token:
 * of { } [ ] : , and of the first byte of each string, number and word. What is left is
 * small: follow the grammar from token to token. simdjson's own second stage would
 * build a tape, on which numbers have lost their text, for us to walk once more; and its
 * on-demand face, compiled for every x86-64 alike, reads strings byte by byte. Measured
 * for an event of 385 bytes and 16 values: this loop 310 ns (200 of them the first
 * stage), tape and walk 650 ns, on demand 830 ns.
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

struct reader {
    const char *text;
    size_t length;
    const uint32_t *token, *end; /* the token being read; behind the last */
    json_item *items;
    uint32_t count;
    bool has_escapes;     /* somewhere in the text is a backslash */
    char *unescaped;      /* free room for strings with escapes */
    struct err_info *why; /* may be NULL */
    enum err code;        /* of what went wrong */
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

/* ---- What is wrong with a text. ---- */

/* Expected something else at the token being read, or before the end. */
static bool refuse(reader &r, const char *expected)
{
    bool ended = r.token >= r.end;
    r.code = err_set_at(r.why, ERR_INVALID, unicode_place({r.text, r.length}, ended ? r.length : *r.token),
                        "not JSON: %s%s", ended ? "it ends too early, " : "", expected);
    return false;
}

static bool refuse_number(reader &r, struct str number, const char *what)
{
    int shown = number.len < 60 ? (int)number.len : 60;
    r.code = err_set_at(r.why, ERR_INVALID, unicode_place({r.text, r.length}, *r.token), "the number %.*s%s %s", shown,
                        number.at, number.len < 60 ? "" : "...", what);
    return false;
}

static bool refuse_depth(reader &r)
{
    r.code = err_set_at(r.why, ERR_TOO_BIG, unicode_place({r.text, r.length}, *r.token),
                        "nested more than %d levels deep", JSON_DEPTH_MAX);
    return false;
}

static enum err report(simdjson::error_code error, struct str text, struct err_info *why)
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

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

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
static bool unescape(reader &r, struct str raw, struct str *out)
{
    const char *in = raw.at, *end = raw.at + raw.len;
    char *start = r.unescaped, *to = start;
    while (in < end) {
        const char *escape = (const char *)memchr(in, '\\', (size_t)(end - in));
        size_t plain = (size_t)((escape != nullptr ? escape : end) - in);
        memcpy(to, in, plain);
        to += plain;
        in += plain;
        if (escape == nullptr) break;
        in++;
        if (!read_escape(&in, end, &to)) return refuse(r, "this string holds an escape that is not valid");
    }
    r.unescaped = to;
    *out = {start, (size_t)(to - start)};
    return true;
}

static bool read_string(reader &r, struct str *out)
{
    const char *start = r.text + *r.token + 1;
    const char *close = r.text + (r.token + 1 < r.end ? r.token[1] : r.length) - 1;
    if (*close != '"')
        while (is_blank(*close)) close--;
    if (close < start || *close != '"') return refuse(r, "a string is not closed");
    *out = {start, (size_t)(close - start)};
    if (!r.has_escapes || memchr(start, '\\', out->len) == nullptr) return true;
    return unescape(r, *out, out);
}

/* ---- Numbers and words. ---- */

/* The byte at `at`, a blank behind the end, where anything may stand. */
static char char_at(const reader &r, const char *at)
{
    return at < r.text + r.length ? *at : ' ';
}

static bool ends_token(char c)
{
    return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':';
}

static const char *skip_digits(const reader &r, const char *at)
{
    while (char_at(r, at) >= '0' && char_at(r, at) <= '9') at++;
    return at;
}

static bool read_number(reader &r, json_item *item)
{
    const char *start = r.text + *r.token;
    const char *whole = start + (*start == '-');
    const char *at = skip_digits(r, whole), *whole_end = at;
    if (at == whole || (*whole == '0' && at - whole > 1)) return refuse(r, "this is not a number");
    if (char_at(r, at) == '.') {
        const char *fraction = ++at;
        at = skip_digits(r, at);
        if (at == fraction) return refuse(r, "digits are missing behind the point");
    }
    if (char_at(r, at) == 'e' || char_at(r, at) == 'E') {
        at++;
        if (char_at(r, at) == '+' || char_at(r, at) == '-') at++;
        const char *exponent = at;
        at = skip_digits(r, at);
        if (at == exponent) return refuse(r, "digits are missing in the exponent");
    }
    if (!ends_token(char_at(r, at))) return refuse(r, "this is not a number");
    item->text = {start, (size_t)(at - start)};
    if (at > whole_end) {
        return number_parse(item->text, &item->number) || refuse_number(r, item->text, "is too large for a double");
    }
    int64_t as_signed;
    uint64_t as_unsigned;
    if (str_to_i64(item->text, &as_signed)) {
        item->number = as_signed == 0 && *start == '-' ? -0.0 : (double)as_signed;
    } else if (str_to_u64(item->text, &as_unsigned)) {
        item->number = (double)as_unsigned;
    } else {
        return refuse_number(r, item->text, "does not fit 64 bits");
    }
    return true;
}

static bool read_word(reader &r, json_item *item)
{
    static const struct {
        struct str word;
        enum json_kind kind;
    } words[] = {{{"null", 4}, JSON_NULL}, {{"true", 4}, JSON_BOOL}, {{"false", 5}, JSON_BOOL}};
    const char *at = r.text + *r.token;
    size_t left = r.length - *r.token;
    for (const auto &known : words) {
        if (left < known.word.len || memcmp(at, known.word.at, known.word.len) != 0) continue;
        if (!ends_token(char_at(r, at + known.word.len))) break;
        item->kind = known.kind;
        item->boolean = at[0] == 't';
        if (known.kind == JSON_BOOL) item->text = known.word;
        return true;
    }
    return refuse(r, "expected a value");
}

/* ---- The grammar. ---- */

static char token_char(const reader &r)
{
    return r.token < r.end ? r.text[*r.token] : '\0';
}

static bool read_scalar(reader &r, json_item *item)
{
    char c = token_char(r);
    bool good;
    if (c == '"') {
        item->kind = JSON_STRING;
        good = read_string(r, &item->text);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        item->kind = JSON_NUMBER;
        good = read_number(r, item);
    } else {
        good = r.token < r.end ? read_word(r, item) : refuse(r, "expected a value");
    }
    r.token++;
    return good;
}

static bool read_key(reader &r, struct str *key)
{
    if (token_char(r) != '"') return refuse(r, "expected a key in quotes");
    if (!read_string(r, key)) return false;
    r.token++;
    if (token_char(r) != ':') return refuse(r, "expected ':' behind the key");
    r.token++;
    return true;
}

/* NULL past the ceiling. */
static json_item *new_item(reader &r)
{
    if (r.count == JSON_ITEMS_MAX) {
        r.code = err_set(r.why, ERR_TOO_BIG, "more than %d values", JSON_ITEMS_MAX);
        return nullptr;
    }
    json_item *item = &r.items[r.count++];
    *item = json_item();
    item->span = 1;
    return item;
}

/* Items are at most one more than tokens, so there is room for all. */
static bool read_document(reader &r)
{
    uint32_t open[JSON_DEPTH_MAX]; /* containers being filled, by index */
    size_t depth = 0;
    char close = '\0'; /* what ends the innermost */
    for (;;) {
        json_item *item = new_item(r);
        if (item == nullptr) return false;
        if (close == '}' && !read_key(r, &item->key)) return false;
        char c = token_char(r);
        if (c == '{' || c == '[') {
            if (depth == JSON_DEPTH_MAX) return refuse_depth(r);
            item->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
            open[depth++] = r.count - 1;
            close = c == '{' ? '}' : ']';
            r.token++;
            if (token_char(r) != close) continue; /* its first member */
        } else if (!read_scalar(r, item)) {
            return false;
        }
        while (depth > 0 && token_char(r) == close) { /* containers that end behind this value */
            depth--;
            r.items[open[depth]].span = r.count - open[depth];
            if (depth > 0) close = r.items[open[depth - 1]].kind == JSON_OBJECT ? '}' : ']';
            r.token++;
        }
        if (depth == 0) return r.token == r.end || refuse(r, "something follows its end");
        if (token_char(r) != ',') return refuse(r, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        r.token++;
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
    if (text.len == 0) return report(simdjson::EMPTY, text, why);
    simdjson::error_code error = find_tokens(parser, text);
    if (error != simdjson::SUCCESS) return report(error, text, why);
    const uint32_t *tokens = parser->simd->structural_indexes.get();
    size_t count = parser->simd->n_structural_indexes;
    /* One more than there can be values: the member that a text which ends too early misses. */
    size_t room = count < JSON_ITEMS_MAX ? count + 1 : JSON_ITEMS_MAX;
    if (parser->items.size() < room) parser->items.resize(room);
    bool has_escapes = memchr(text.at, '\\', text.len) != nullptr;
    if (has_escapes && parser->unescaped.size() < text.len) parser->unescaped.resize(text.len);
    reader r = {
        text.at, text.len, tokens, tokens + count, parser->items.data(), 0, has_escapes, parser->unescaped.data(),
        why,     ERR_OK};
    if (read_document(r)) *items = parser->items.data();
    return r.code;
}

/* test_tls.c — encrypted connections, of TLS 1.2 and later, with a certificate made on the spot. */
// SPDX-License-Identifier: Apache-2.0
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "peers.h"

#define DAY_S ((time_t)24 * 60 * 60)

static char certificate[4096], key[4096];

static void make_certificate(void)
{
    gnutls_x509_privkey_t private_key;
    gnutls_x509_crt_t made;
    size_t key_size = sizeof key - 1, certificate_size = sizeof certificate - 1;
    time_t now = time(NULL);
    gnutls_x509_privkey_init(&private_key);
    CHECK_INT(
        gnutls_x509_privkey_generate(private_key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
        0);
    gnutls_x509_crt_init(&made);
    gnutls_x509_crt_set_version(made, 3);
    gnutls_x509_crt_set_serial(made, "\1", 1);
    gnutls_x509_crt_set_dn(made, "CN=localhost", NULL);
    gnutls_x509_crt_set_activation_time(made, now - DAY_S);
    gnutls_x509_crt_set_expiration_time(made, now + DAY_S);
    gnutls_x509_crt_set_key(made, private_key);
    CHECK_INT(gnutls_x509_crt_sign2(made, made, private_key, GNUTLS_DIG_SHA256, 0), 0);
    CHECK_INT(gnutls_x509_crt_export(made, GNUTLS_X509_FMT_PEM, certificate, &certificate_size), 0);
    CHECK_INT(gnutls_x509_privkey_export(private_key, GNUTLS_X509_FMT_PEM, key, &key_size), 0);
    gnutls_x509_crt_deinit(made);
    gnutls_x509_privkey_deinit(private_key);
}

static struct http_server *secure_server(void)
{
    make_certificate();
    struct http_options options = server_options();
    options.tls_cert = certificate;
    options.tls_key = key;
    return server_start(options);
}

struct secure_peer {
    struct peer *plain;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    bool connected;
};

static struct secure_peer secure_open(struct http_server *server, const char *priorities)
{
    struct secure_peer peer = {.plain = peer_open(server)};
    gnutls_certificate_allocate_credentials(&peer.credentials);
    gnutls_init(&peer.session, GNUTLS_CLIENT);
    CHECK_INT(gnutls_priority_set_direct(peer.session, priorities, NULL), 0);
    gnutls_credentials_set(peer.session, GNUTLS_CRD_CERTIFICATE, peer.credentials);
    gnutls_transport_set_int(peer.session, peer.plain->socket);
    int result;
    do result = gnutls_handshake(peer.session);
    while (result < 0 && gnutls_error_is_fatal(result) == 0);
    peer.connected = result == 0;
    return peer;
}

static void secure_close(struct secure_peer *peer)
{
    gnutls_deinit(peer->session);
    gnutls_certificate_free_credentials(peer->credentials);
    peer_close(peer->plain);
}

/* The answer's text so far as it holds `last`. */
static void secure_ask(struct secure_peer *peer, struct str request, struct str last, struct buf *answer)
{
    buf_clear(answer);
    CHECK_INT(gnutls_record_send(peer->session, request.at, request.len), request.len);
    while (!str_contains(buf_str(answer), last)) {
        char piece[4096];
        ssize_t got = gnutls_record_recv(peer->session, piece, sizeof piece);
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED) continue;
        if (got <= 0) FAIL("the connection ended before '" STR_FMT "' came", STR_ARG(last));
        buf_append(answer, (struct str){piece, (size_t)got});
    }
}

TEST(an_encrypted_connection_serves_request_after_request)
{
    struct http_server *server = secure_server();
    struct secure_peer peer = secure_open(server, "NORMAL");
    CHECK_TRUE(peer.connected);
    AUTO_BUF answer = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < 20; i++) {
        secure_ask(&peer, GET("/later?q=safe"), STR("0 /later q=safe"), &answer);
        CHECK_CONTAINS(buf_str(&answer), STR("\r\nStrict-Transport-Security: max-age=31536000\r\n"));
        secure_ask(&peer, GET("/headers"), STR("secure=1"), &answer);
    }
    secure_close(&peer);
    server_stop(server);
}

TEST(tls_1_2_and_1_3_are_spoken_and_nothing_older)
{
    struct http_server *server = secure_server();
    static const struct {
        const char *priorities;
        bool spoken;
    } row[] = {
        {"NORMAL:-VERS-ALL:+VERS-TLS1.3", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.1", false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.0", false},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct secure_peer peer = secure_open(server, row[i].priorities);
        if (peer.connected != row[i].spoken) FAIL("%s: connected %d", row[i].priorities, peer.connected);
        secure_close(&peer);
    }
    server_stop(server);
}

TEST(who_speaks_plainly_to_an_encrypted_port_is_not_answered_and_harms_nobody)
{
    struct http_server *server = secure_server();
    struct peer *plain = peer_open(server);
    peer_send(plain, GET("/now"));
    CHECK_FALSE(str_contains(peer_rest(plain), STR("200")));
    peer_close(plain);
    struct secure_peer peer = secure_open(server, "NORMAL");
    CHECK_TRUE(peer.connected);
    secure_close(&peer);
    server_stop(server);
}

TEST(a_key_that_is_not_the_certificates_is_refused)
{
    static char other[sizeof key];
    make_certificate();
    memcpy(other, key, sizeof key);
    make_certificate();
    struct http_options options = server_options();
    options.tls_cert = certificate;
    options.tls_key = other;
    struct http_server *server = NULL;
    struct err_info why = {0};
    CHECK_INT(http_start(&options, &server, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("cannot use the TLS certificate and key: "));
}

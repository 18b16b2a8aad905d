#!/usr/bin/env bash
# serve.sh — the server as people run it: started on a free port, used by curl, killed, started again. Speaks TAP.
# SPDX-License-Identifier: Apache-2.0
set -u
plumb=$(realpath "${PLUMB:?the path of the program}")
home=$(mktemp -d)
cd "$home" || exit 1
unset "${!PLUMB_@}"
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$home"' EXIT

number=0
check() { # SENTENCE COMMAND...: the command's status decides
    local sentence=$1
    shift
    number=$((number + 1))
    if "$@"; then
        echo "ok $number - $sentence"
    else
        echo "not ok $number - $sentence"
        sed 's/^/# /' err 2>/dev/null | tail -20
    fi
}

# Start it; $url is where it listens. Fails when it ends or is not ready within 20 seconds.
start() {
    : >out
    "$plumb" serve --data data --listen 127.0.0.1:0 "$@" >out 2>err &
    server=$!
    for _ in $(seq 200); do
        url=$(sed -n 's/^listening //p' out)
        [ -n "$url" ] && [ "$(curl -sk -o ready -w '%{http_code}' "$url/readyz")" = 200 ] && return 0
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

# End it by a signal; $status is what it returned, $took how many seconds.
stop() {
    local began=$SECONDS
    kill "-$1" "$server"
    wait "$server" 2>/dev/null
    status=$?
    took=$((SECONDS - began))
    server=
}

send() { # NUMBER
    curl -s -m 10 -u "$key:" -H 'Content-Type: application/json' "$url/v1/track" \
        -d "{\"userId\":\"u$(($1 % 7))\",\"event\":\"seen\",\"messageId\":\"m$1\"}"
}
events() { curl -s -H "Authorization: Bearer $token" "$url/metrics" | sed -n 's/^plumb_events //p'; }

# ---- Before it listens. ----

refused() { # TEXT ARGUMENT...: it does not start, and says TEXT
    local text=$1
    shift
    ! "$plumb" serve --data data "$@" >out 2>err && grep -qF -- "$text" err
}
check 'listening for everybody without TLS must be insisted on' refused '--insecure-listen' --listen 0.0.0.0:0
check 'an address without a port is refused' refused 'expected one like 127.0.0.1:7420' --listen 127.0.0.1
check 'without a write key it says how to make one' \
    sh -c 'timeout 20 "$1" serve --data other --listen 127.0.0.1:0 2>err >out & server=$!; for i in $(seq 100); do grep -q "plumb key create --data other" err && break || sleep 0.1; done; kill $server; grep -q "plumb key create --data other" err' - "$plumb"
key=$("$plumb" key create --data data --name web 2>/dev/null)
token=$("$plumb" token create --data data --name test --scope admin 2>/dev/null)
check 'a write key and a token are made on the command line' test -n "$key" -a -n "$token"

# ---- The first start. ----

check 'it starts on a free port and says which' start
check 'its folder is for its owner alone' test "$(stat -c %a data)" = 700
check 'the first start has a link that makes the first account' grep -q "$url/start#plumb_start_" err
check 'who has a write key is not told to make one' sh -c '! grep -q "key create" err'
check 'an event is taken' test "$(send 1)" = '{"success":true}'
check 'another process may not serve from the same folder' refused 'data' --listen 127.0.0.1:0
printf '{"batch":[{"type":"page","userId":"u1","messageId":"m2"}]}' | gzip >packed
check 'a batch may come packed' test "$(curl -s -u "$key:" -H 'Content-Encoding: gzip' --data-binary @packed "$url/v1/batch")" = '{"success":true}'
check 'both are there' test "$(events)" = 2

curl -s -o /dev/null "$url/v1/pixel.gif?writeKey=$key&email=ada%40acme.example&messageId=n1"
curl -s -o /dev/null "$url/api/v1/rejects?token=$token"
check 'no secret and no address stands in what it prints' \
    sh -c "grep -q event=request err && ! grep -qE '$key|$token|ada|acme' err"

# ---- What strangers may send. ----

large() { # HEADER PATH: the status of a body of a megabyte
    head -c 1000000 /dev/zero | curl -s -m 20 -o /dev/null -w '%{http_code}' -H "$1" --data-binary @- "$url$2"
}
check 'a stranger may not make it keep a large body' test "$(large "X: y" /api/v1/import)" = 413
check 'nor may whoever read a write key in a page' test "$(large "Authorization: Bearer $key" /v1/track)" = 413
check 'whoever has a token may' test "$(large "Authorization: Bearer $token" /api/v1/import)" = 400

# ---- Killed at any instant. ----

: >taken
(for i in $(seq 3 400); do [ "$(send "$i")" = '{"success":true}' ] && echo "$i" >>taken; done) &
sender=$!
for _ in $(seq 200); do [ "$(wc -l <taken)" -ge 40 ] && break || sleep 0.05; done
check 'events are taken one after the other' test "$(wc -l <taken)" -ge 40
stop KILL
kill "$sender" 2>/dev/null
wait "$sender" 2>/dev/null
check 'it starts again after it was killed' start
kept=$(events)
check 'nothing that was answered is lost' test "$kept" -ge $(($(wc -l <taken) + 3))
again() {
    while read -r i; do send "$i"; done <taken >/dev/null
    test "$(events)" = "$kept"
}
check 'nothing that is sent again counts twice' again

# ---- A stop. ----

# The first thread waits for the signal; whichever other one does not block it (bit 14 of the mask) could be ended by it.
blocks_sigterm() {
    local task mask threads=0
    for task in /proc/"$server"/task/*; do
        [ "${task##*/}" != "$server" ] || continue
        mask=$(sed -n 's/^SigBlk:[[:space:]]*//p' "$task/status")
        (((16#$mask >> 14 & 1) == 1)) || return 1
        threads=$((threads + 1))
    done
    [ "$threads" -gt 0 ]
}
check 'no thread but the one that waits for it may be ended by SIGTERM' blocks_sigterm
stop TERM
check 'SIGTERM ends it well' test "$status" = 0
check 'within five seconds' test "$took" -le 5
check 'it starts again after it was stopped' start
check 'and has everything' test "$(events)" = "$kept"
stop INT
check 'so does Ctrl-C' test "$status" = 0
echo 'listen = 127.0.0.1' >data/plumb.conf
check 'a mistake in plumb.conf is told' refused '127.0.0.1'
rm data/plumb.conf

"$plumb" serve --data fresh --listen 0.0.0.0:0 >out 2>err
check 'settings that are refused leave no folder behind' test ! -e fresh

# ---- https. ----

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=localhost 2>/dev/null
if [ -s cert.pem ]; then
    check 'it speaks https with a certificate' start --tls-cert cert.pem --tls-key key.pem
    check 'and says so' test "${url%%:*}" = https
    check 'a command beside it comes in, whatever name the certificate has' \
        sh -c "https_proxy=http://127.0.0.1:1 '$plumb' key create --data data >out.key 2>err && grep -q '^plumb_key_' out.key"
    stop TERM
    check 'half of a certificate is refused' refused 'both a certificate and its key' --tls-cert cert.pem
fi
echo "1..$number"

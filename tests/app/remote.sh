#!/usr/bin/env bash
# remote.sh — the commands beside a running server: some read its folder, some tell it. Speaks TAP.
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
well() { "$plumb" "$@" >out 2>err; }
refused() { # TEXT ARGUMENT...: it fails, and says TEXT
    local text=$1
    shift
    ! "$plumb" "$@" >out 2>err && grep -qF -- "$text" err
}
says() { grep -qaF -- "$1" out err; }

"$plumb" demo-data world --contacts 300 --events 4000 --until 2026-01-05 >/dev/null
cd world || exit 1
printf '%s\n' "$("$plumb" token create --data data --scope admin 2>/dev/null)" >token
"$plumb" token create --data data --scope records.read --scope records.export >exporter 2>/dev/null
PLUMB_BODY_MAX_BYTES=1048576 "$plumb" serve --data data --listen 127.0.0.1:0 >listening 2>log &
server=$!
for _ in $(seq 200); do
    url=$(sed -n 's/^listening //p' listening)
    [ -n "$url" ] && [ "$(curl -s -o ready -w '%{http_code}' "$url/readyz")" = 200 ] && break
    sleep 0.1
done
files=(--contacts contacts.csv --companies companies.csv --deals deals.csv --events events.jsonl)
there=(--url "$url" --token-file token)

check 'without a token a server is not asked' refused 'the server wants a token' import "${files[@]}" --url "$url"
check 'an unknown token is told' env PLUMB_TOKEN=plumb_token_000000000000000000000000000000000000 sh -c \
    "! '$plumb' apply lead_score.yaml --url '$url' 2>err && grep -q 'does not know this token' err"
mv data/plumb.running hidden
check 'a folder is not written to beside a server that left no way in' \
    refused "a server runs on 'data' and left no way in; name it by --url with a token, or stop it first" \
    import "${files[@]}" --data data
mv hidden data/plumb.running
check 'files are imported over the API, in requests that the server takes' well import "${files[@]}" "${there[@]}"
check 'and counted' says '300 contacts'
check 'again to the server that holds the folder, without a token, which changes nothing' \
    well import "${files[@]}" --data data
check 'and says so' says '4,000 of the events were there already.'
printf 'contact: {employees: number, plan: {enumeration: [free, pro]}}\n' >schema.yaml
printf 'contact: {plan: {enumeration: [free, gold]}}\n' >other.yaml
printf 'id,plan\nc0000001,pro\nc0000002,gold\n' >plans.csv
check 'a schema is declared there' well import --contacts plans.csv --schema schema.yaml "${there[@]}"
check 'for later imports too' well import --contacts plans.csv "${there[@]}"
check 'which are refused what it does not allow' says "plans.csv:3: plan: 'gold' is not one of the property's options"
check 'the same again is no news' well import --contacts plans.csv --schema schema.yaml "${there[@]}"
check 'another one is refused at its place' refused 'other.yaml:1:11: error: ' \
    import --contacts plans.csv --schema other.yaml "${there[@]}"
printf 'contact,event,time\nnobody,seen,2026-01-01\n' >strangers.csv
check 'a row that the server refuses is told as if it were here' well import --events strangers.csv "${there[@]}"
check 'with its line' says 'strangers.csv:2: '
check 'a definition is shown and not applied without a yes' refused 'with --yes it is put in force' \
    apply lead_score.yaml "${there[@]}"
check 'with whom it would move' says 'lead_score, new: 300 contacts'
check 'and with a yes it is in force' well apply lead_score.yaml --yes --note first "${there[@]}"
printf 'score: x\ngroups: [{name: g}]\n' >broken.yaml
check 'mistakes that the server finds stand at their place' refused 'broken.yaml:2:' \
    apply broken.yaml --yes "${there[@]}"
check 'the server that holds the folder is found by itself' well apply lead_score.yaml --yes --data data
check 'and nothing was new' says 'this is in force already'

same() {
    "$plumb" score lead_score.yaml "${files[@]}" --as-of 2026-01-05 --format jsonl 2>/dev/null | sort >scored
    "$plumb" export scores --data data --as-of 2026-01-05 --format jsonl | sort >kept
    test "$(wc -l <kept)" = 300 && cmp scored kept
}
check 'beside the server the scores are those of the files to the last digit' same
exported() { # what the server gives is what lies in its folder, byte by byte
    local what format
    for what in contacts companies deals events scores ledgers; do
        for format in csv jsonl; do
            "$plumb" export $what --format $format --as-of 2026-01-05 --data data >beside 2>err || return 1
            "$plumb" export $what --format $format --as-of 2026-01-05 "${there[@]}" --output fetched 2>err || return 1
            test -s beside && cmp beside fetched >>err 2>&1 || return 1
        done
    done
}
check 'each export of the server has the bytes of the one from its folder' exported
check 'the server keeps no file of them' test -z "$(ls data/jobs 2>/dev/null)"
check 'a token that may read and export records is enough' \
    well export contacts --url "$url" --token-file exporter --output fetched
check 'also to let the server forget the file' test -z "$(ls data/jobs)"
check 'what cannot be exported there is told' refused "'planets' cannot be exported" export planets "${there[@]}"
check 'an export that the server cannot write is told' refused 'does not answer' export contacts --output gone \
    --url http://127.0.0.1:1 --token-file token
check 'and leaves no file' test ! -e gone
ask() { # ROUTE BODY: the job is done, and its result in the file `result`
    local job state=
    job=$(curl -s -H "Authorization: Bearer $(cat token)" "$url/api/v1/$1" -d "$2" | sed -n 's/^{"id":\([0-9]*\),.*/\1/p')
    for _ in $(seq 300); do
        state=$(curl -s -H "Authorization: Bearer $(cat token)" "$url/api/v1/jobs/$job" | tee err | grep -o '"state":"[a-z]*"')
        case $state in *waiting* | *running*) sleep 0.1 ;; *) break ;; esac
    done
    curl -s -H "Authorization: Bearer $(cat token)" "$url/api/v1/jobs/$job/result" >result
    test "$state" = '"state":"done"'
}
backtested() { # every finding of the command on exported files stands in the server's answer, to the last digit
    local what finding outcome='{"event":"meeting_booked"}'
    for what in contacts companies deals events; do
        "$plumb" export $what --format csv --data data >"now-$what.csv" 2>err || return 1
    done
    "$plumb" backtest lead_score.yaml --contacts now-contacts.csv --companies now-companies.csv --deals now-deals.csv \
        --events now-events.csv --outcome "$outcome" --horizon 30 --missed 100 --min-conversion 5 --format jsonl >lines 2>err || return 1
    ask backtests "{\"score\":\"lead_score\",\"outcome\":$outcome,\"horizon_days\":30,\"goals\":{\"min_conversion\":5}}" || return 1
    sed 's/.*"score":"lead_score",//; s/}$//' lines >findings
    test "$(wc -l <findings)" -gt 20 || return 1
    while IFS= read -r finding; do grep -qF -- "$finding" result || { echo "$finding" >err && return 1; }; done <findings
}
check 'a backtest by the server finds what one of the exported files does' backtested
check 'a score is explained beside the server' well explain c0000001 --data data
asked() { # the page that the server's answer gives is that of its folder, but for the person's name
    "$plumb" explain c0000001 --data data --as-of 2026-01-05 | tail -n +3 >beside
    "$plumb" explain userId:c0000001 "${there[@]}" --as-of 2026-01-05 >out 2>err && tail -n +3 out | cmp - beside && test -s beside
}
check 'and by the server in the same words' asked
check 'somebody unknown is told' refused 'nobody' explain nobody "${there[@]}"
check 'the doctor looks beside the server' well doctor --data data
check 'a backup is made beside the server' well backup copy.db --data data
check 'a rebuild wants the server stopped' refused 'stop it first' rebuild --data data
check 'an address without a server is told' refused 'does not answer' apply lead_score.yaml --url http://127.0.0.1:1 \
    --token-file token
check 'an address that is none is told' refused 'is no address of a server' apply lead_score.yaml --url here \
    --token-file token
kill -TERM "$server"
wait "$server" 2>/dev/null
server=
check 'after it was stopped nothing differs' well rebuild --data data
echo "1..$number"

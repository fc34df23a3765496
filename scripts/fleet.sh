#!/bin/sh
# fleet.sh BINARIES PROMETHEUS
# Measures what numawatch means to a Prometheus: how many series and bytes a host has with 10, 100 and 1,000 groups, and
# what HOSTS (1000) hosts with GROUPS_PER_HOST (10) groups each are to one Prometheus with the shipped rules, scraped
# every INTERVAL (15) seconds for LENGTH (180) seconds. docs/fleet.md has the results.
#
# The text of a host is a real daemon's, which reads a captured host whose processes are multiplied. They run while it
# looks: clocks and ledgers advance, so that each group gets a verdict with figures. One web server on the loopback
# address serves the text for all hosts, its counters advanced with each scrape, and gauges as they were.
set -eu
cd "$(dirname "$0")/.."

binaries=$1
prometheus=$2
hosts=${HOSTS:-1000}
groups=${GROUPS_PER_HOST:-10}
interval=${INTERVAL:-15}
length=${LENGTH:-180}
# Below the ports that the kernel gives out by itself.
port=$((20000 + $$ % 10000))

work=$(mktemp -d)
children=
stop() {
    # shellcheck disable=SC2086  # a list of processes
    [ -z "$children" ] || kill $children 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

tar -C "$work" -xf Tests/Fixtures/cases/shared-memory-counted-per-process.tar.xz
captured=$(echo "$work"/*/root)

# root GROUPS: a host with so many units of one process each.
root() {
    mkdir -p "$work/root$1/proc"
    cp -R "$captured/sys" "$work/root$1/"
    find "$captured/proc" -maxdepth 1 -type f -exec cp {} "$work/root$1/proc/" \;
    cp -R "$captured/proc/sys" "$work/root$1/proc/" 2>/dev/null || true
    number=0
    while [ "$number" -lt "$1" ]; do
        from=$((5000 + number % 40))
        pid=$((10000 + number))
        into=$work/root$1/proc/$pid
        mkdir -p "$into/task/$pid"
        for file in sched stat status numa_maps; do
            sed "s/\\b$from\\b/$pid/g" "$captured/proc/$from/$file" >"$into/$file"
        done
        cp "$into/sched" "$into/stat" "$into/task/$pid/"
        echo "0::/system.slice/service-$number.service" >"$into/cgroup"
        number=$((number + 1))
    done
}

# advance ROOT: its processes run for a while and have memory moved. Files are replaced, never changed: a reader sees
# one state or the other. perl is essential in Debian; awk and mv would be four processes for each of a thousand.
advance() {
    perl -e '
        sub edit {
            my ($path, $change) = @_;
            open(my $old, "<", $path) or die "$path: $!";
            my $text = do { local $/; <$old> };
            local $_ = $text;
            $change->();
            open(my $new, ">", "$path.new") or die "$path.new: $!";
            print $new $_;
            close($new) or die "$path.new: $!";
            rename("$path.new", $path) or die "$path: $!";
        }
        my $root = $ARGV[0];
        for my $directory (glob("$root/proc/[0-9]*")) {
            my ($pid) = $directory =~ m{([0-9]+)$};
            for my $place ($directory, "$directory/task/$pid") {
                # utime, in hundredths of a second.
                edit("$place/stat", sub { s/^((?:\S+ ){13})(\d+)/$1 . ($2 + 20)/e });
                edit("$place/sched", sub {
                    s/(se\.sum_exec_runtime *: *)([\d.]+)/$1 . ($2 + 200)/e;
                    s/(mm->numa_scan_seq *: *)(\d+)/$1 . ($2 + 1)/e;
                    s/(numa_pages_migrated *: *)(\d+)/$1 . ($2 + 100)/e;
                    s/(total_numa_faults *: *)(\d+)/$1 . ($2 + 200)/e;
                });
            }
        }
        edit("$root/proc/stat", sub { s/^(cpu\d* +)(\d+)/$1 . ($2 + 50)/gme });
    ' "$1"
}

# text GROUPS: what a daemon says of such a host, as $work/metricsGROUPS.
text() {
    root "$1"
    cat >"$work/$1.conf" <<CONFIGURATION
[Sampling]
HostInterval=1s
LedgerInterval=1s
PlacementInterval=1s
CPULimit=100%
[Server]
Socket=$work/$1.sock
MaxSeries=1000000
CONFIGURATION
    "$binaries/numawatchd" --config "$work/$1.conf" --root "$work/root$1" 2>"$work/$1.log" &
    daemon=$!
    children="$children $daemon"
    # A request waits for the first round. What a group has grows as it runs; cost and locality come last.
    turn=0
    until curl --silent --fail --unix-socket "$work/$1.sock" --output "$work/metrics$1" http://numawatch/metrics &&
        [ "$(grep -c '^numawatch_\(balancing_cost\|memory_local\)_ratio{scope="group".*bound="value"' \
            "$work/metrics$1")" -eq $((2 * $1)) ]; do
        turn=$((turn + 1))
        [ $turn -lt 300 ] || { cat "$work/$1.log" >&2 && exit 1; }
        advance "$work/root$1"
        # More than one scan in a round of the daemon's, and none of them can be told.
        sleep 1.2
    done
    kill "$daemon"
    wait "$daemon" || true
}

echo "groups series bytes gzip"
for count in 10 100 1000; do
    text $count
    echo "$count $(grep -vc '^#' "$work/metrics$count") $(wc -c <"$work/metrics$count")" \
        "$(gzip -c "$work/metrics$count" | wc -c)"
done
[ -e "$work/metrics$groups" ] || text "$groups"

# serve ROUND: the text with counters that have gone on by a hundredth each; what never happened still has not.
mkdir "$work/www"
serve() {
    awk -v round="$1" '
        /^#/ { print; next }
        $1 ~ /_total([{]|$)/ && $NF > 0 { $NF = sprintf("%.6f", $NF * (1 + round / 100)) }
        $1 == "numawatch_snapshot_timestamp_seconds" { $NF = now }
        { print }' now="$(date +%s)" "$work/metrics$groups" >"$work/www/next"
    mv "$work/www/next" "$work/www/metrics"
}
serve 0
busybox httpd -f -p "127.0.0.1:$port" -h "$work/www" &
children="$children $!"

{
    echo '['
    number=1
    while [ "$number" -le "$hosts" ]; do
        [ "$number" -eq 1 ] || echo ','
        printf '{"targets": ["127.0.0.1:%d"], "labels": {"instance": "host%04d", "__param_host": "%d"}}' \
            "$port" "$number" "$number"
        number=$((number + 1))
    done
    echo ']'
} >"$work/hosts.json"
cp monitoring/prometheus/numawatch.rules.yml "$work/"
cat >"$work/prometheus.yml" <<CONFIGURATION
global: {scrape_interval: ${interval}s, evaluation_interval: 30s}
rule_files: [numawatch.rules.yml]
scrape_configs:
  - job_name: numawatch
    file_sd_configs: [{files: [hosts.json]}]
CONFIGURATION
web=http://127.0.0.1:$((port + 1))
"$prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --log.level=error \
    --web.listen-address="127.0.0.1:$((port + 1))" &
children="$children $!"

round=0
until [ $((round * interval)) -ge "$length" ]; do
    sleep "$interval"
    round=$((round + 1))
    serve $round
done

# own NAME: a metric of Prometheus itself.
curl --silent --fail "$web/metrics" >"$work/own"
own() {
    awk -v name="$1" '$1 == name || index($0, name "{") == 1 { sum += $NF } END { printf "%.0f", sum }' "$work/own"
}
ask() {
    curl --silent --fail --get --data-urlencode "query=$1" "$web/api/v1/query" |
        sed -n 's/.*"value":\[[^,]*,"\([^"]*\)".*/\1/p'
}
# took QUERY: milliseconds.
took() {
    curl --silent --fail --output /dev/null --write-out '%{time_total}' --get --data-urlencode "query=$1" \
        "$web/api/v1/query" | awk '{ printf "%.0f ms", $1 * 1000 }'
}
echo
echo "hosts scraped: $(ask 'sum(up)') of $hosts, every $interval s"
echo "series in memory: $(own prometheus_tsdb_head_series)"
echo "samples per second: $(ask 'sum(scrape_samples_scraped)' | awk -v i="$interval" '{ printf "%.0f", $1 / i }')"
echo "memory: $(($(own process_resident_memory_bytes) >> 20)) MiB"
echo "CPU: $(awk '/^process_cpu_seconds_total/ { printf "%.2f", $2 / '"$((round * interval))"' }' "$work/own") of a CPU"
echo "scrape: $(ask 'avg(scrape_duration_seconds)') s on average"
awk '/^prometheus_rule_group_last_duration_seconds/ {
        sub(/.*;/, ""); sub(/"}/, ""); printf "rules %s: %.3f s\n", $1, $2 }' "$work/own"
echo "rules that failed: $(own prometheus_rule_evaluation_failures_total)"
echo "alerts: $(ask 'count(ALERTS) or vector(0)')"
echo "which hosts are hurt: $(took 'instance:numawatch_hurting_groups:count > 0')"
echo "hosts by verdict: $(took 'job_verdict:numawatch_hosts:count')"
echo "pages moved in the fleet, recorded: $(took 'job:numawatch_hint_migrated_pages:rate5m')"
echo "pages moved in the fleet, from the hosts: $(took 'sum(rate(numawatch_hint_migrated_pages_total[5m]))')"
echo "memory of all groups by node, from the hosts: $(took 'sum by (numa_node) (numawatch_group_memory_bytes)')"

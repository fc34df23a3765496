#!/bin/sh
# record-trace.sh OUTPUT NUMAWATCH WORKLOAD
# Makes a small recording of a host with two nodes, for Tests/Fixtures/traces/NAME.dat.xz. Run as root in a guest of the
# lab; pack the output with "xz -9e".
set -eu
output=$1
numawatch=$2
workload=$3

balancing=/sys/kernel/debug/sched/numa_balancing
echo 200 >$balancing/scan_period_min_ms
echo 200 >$balancing/scan_delay_ms
"$numawatch" record --output "$output" --duration 14 --ledgers 1 &
recording=$!
# What is born while the trace runs is followed from its birth.
sleep 4
"$workload" shared count=4 mib=6 seconds=8
wait "$recording"

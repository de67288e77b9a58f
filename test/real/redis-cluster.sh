#!/bin/bash
# redis-cluster.sh DIR BASEPORT   a Redis Cluster of three masters on 127.0.0.1:BASEPORT..+2 (any user). Pids: DIR/PORT/pid.
# Prints "cluster ready".  The bus uses BASEPORT+10000..+10002.  Runs until TERM; ends with what went wrong if a server or the cluster does not come up.
set -eu
D=$1 B=$2; mkdir -p "$D"; D=$(cd "$D"; pwd); ps=
for k in 0 1 2; do
  p=$((B+k)); mkdir -p "$D/$p"
  redis-server --port $p --bind 127.0.0.1 --dir "$D/$p" --cluster-enabled yes --cluster-config-file nodes.conf \
    --cluster-node-timeout 1000 --save '' --appendonly no --daemonize no --logfile "$D/$p/log" & echo $! > "$D/$p/pid"; ps="$ps $!"
done
trap 'kill $ps 2>/dev/null; wait; exit 0' TERM INT
fail() { echo "$1" >&2; tail -n 20 "$2" >&2; kill $ps 2>/dev/null; wait; exit 1; }
for k in 0 1 2; do
  p=$((B+k))
  until redis-cli -p $p ping 2>/dev/null | grep -q PONG; do
    kill -0 "$(cat "$D/$p/pid")" 2>/dev/null || fail "no redis-server on port $p" "$D/$p/log"
    sleep 0.05
  done
done
[ -n "$(redis-cli -p $B cluster slots)" ] ||
  timeout 20 redis-cli --cluster create 127.0.0.1:$B 127.0.0.1:$((B+1)) 127.0.0.1:$((B+2)) --cluster-yes > "$D/create.log" 2>&1 ||
  fail "the servers did not become a cluster" "$D/create.log"
until redis-cli -p $B cluster info | grep -q cluster_state:ok; do sleep 0.1; done
echo "cluster ready"; wait

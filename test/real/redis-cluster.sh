#!/bin/bash
# redis-cluster.sh DIR BASEPORT   a Redis Cluster of three masters on 127.0.0.1:BASEPORT..+2 (any user). Pids: DIR/PORT/pid.
# Prints "cluster ready".  BASEPORT must be <= 55533 (the bus uses port+10000).  Runs until TERM.
set -eu
D=$1 B=$2; mkdir -p "$D"; D=$(cd "$D"; pwd); ps=
for k in 0 1 2; do
  p=$((B+k)); mkdir -p "$D/$p"
  redis-server --port $p --bind 127.0.0.1 --dir "$D/$p" --cluster-enabled yes --cluster-config-file nodes.conf \
    --cluster-node-timeout 1000 --save '' --appendonly no --daemonize no --logfile "$D/$p/log" & echo $! > "$D/$p/pid"; ps="$ps $!"
done
trap 'kill $ps 2>/dev/null; wait; exit 0' TERM INT
for k in 0 1 2; do until redis-cli -p $((B+k)) ping 2>/dev/null | grep -q PONG; do sleep 0.05; done; done
[ -n "$(redis-cli -p $B cluster slots)" ] ||
  redis-cli --cluster create 127.0.0.1:$B 127.0.0.1:$((B+1)) 127.0.0.1:$((B+2)) --cluster-yes >/dev/null
until redis-cli -p $B cluster info | grep -q cluster_state:ok; do sleep 0.1; done
echo "cluster ready"; wait

#!/usr/bin/env bash
# Is this server ready? Asks it over HTTP with nothing but bash.
set -euo pipefail
port=${NAAST_LISTEN##*:}
exec 3<>"/dev/tcp/127.0.0.1/${port:-8080}"
printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[[ $status == 200 ]]

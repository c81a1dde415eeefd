# Keeps one PostgreSQL cluster for as long as standard input stays open, and then removes it without a trace. The
# system closes that pipe however the tests end: at the end, in a panic, at Ctrl-C, killed.
# Arguments: the folder of the server's programs, an empty folder of our own, and settings beside ours.
bin=$1
home=$2
settings=$3

finish() {
    "$bin/pg_ctl" stop -D "$home/data" -m immediate -s >"$home/log" 2>&1
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
trap '' PIPE

prepare() {
    "$bin/initdb" -D "$home/data" --username=naast --auth=trust --encoding=UTF8 --locale=C --data-checksums --no-sync &&
        cat >>"$home/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$home'
max_connections = 200
shared_buffers = 32MB
fsync = off
deadlock_timeout = 100ms
$settings
SETTINGS
}

if prepare >"$home/log" 2>&1 && "$bin/pg_ctl" start -D "$home/data" -l "$home/log" -w -s >"$home/start" 2>&1; then
    echo ready
    read -r _
else
    cat "$home/start" "$home/log" 2>/dev/null
fi

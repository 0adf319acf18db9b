#!/usr/bin/env bash
# Proves config/ansible/site.yml on a clean Debian that is booted here in a container of systemd's: a
# small system by debootstrap, reached by SSH like a VM, with certificates from pebble, the test
# authority of Let's Encrypt. Everything it starts and makes is removed at the end.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/setup.sh
. "$ROOT/scripts/lib/setup.sh"

usage() {
    cat <<'END'
Usage: scripts/prove_playbook.sh [options]

As root, with debootstrap, systemd-container, pebble, openssh-client and ansible installed. Takes some
minutes. The second run of the playbook must change nothing, and `sightline check` must pass.

  --wheel FILE      the release to install   (default: one that is built now)
  --lock FILE       what it needs            (default: requirements.lock beside it)
  --wheelhouse DIR  wheels to install from: the container reaches no PyPI  (default: wheels/ beside it)
  --suite NAME      of Debian                (default: bookworm)
  --base DIR        a system made by an earlier run; kept
  --keep            leave the container running, and say how to reach it
  --help            this text
END
}

wheel="" lock="" wheelhouse="" suite=bookworm base="" keep=""
while [[ $# -gt 0 ]]; do
    case $1 in
    --wheel) wheel=$(realpath -- "$2"); shift ;;
    --lock) lock=$(realpath -- "$2"); shift ;;
    --wheelhouse) wheelhouse=$(realpath -- "$2"); shift ;;
    --suite) suite=$2; shift ;;
    --base) base=$(realpath -m -- "$2"); shift ;;
    --keep) keep=1 ;;
    -h | --help) usage; exit ;;
    *) die "There is no option $1." ;;
    esac
    shift
done

[[ $EUID -eq 0 ]] || die "This needs root: it boots a system of its own."
missing=()
for tool in debootstrap systemd-nspawn systemd-socket-activate pebble pebble-challtestsrv ssh \
    ansible-playbook openssl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
[[ ${#missing[@]} -eq 0 ]] || die "Please install: ${missing[*]}"

# Where Debian comes from: as this machine has it.
mirror=$({ cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true; } |
    grep -v '^#' | grep -oE 'https?://[^ ]+' | head -n 1)
[[ $mirror == http://* ]] || die "Only a Debian mirror by plain HTTP will do (apt checks signatures)."
mirror_host=${mirror#http://}
mirror_host=${mirror_host%%/*}

work=$(mktemp -d)
pids=()
name="slp$$"
outside=10.99.9.1
inside=10.99.9.2
domain=map.sightline.test
said() { printf '== %s\n' "$*"; }

# shellcheck disable=SC2317
finish() {
    local status=$?
    if [[ -n $keep ]]; then
        said "Left running: ssh -i $work/key -F $work/ssh admin@$inside; then: kill ${pids[*]}; rm -rf $work"
        exit "$status"
    fi
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do
        for _ in {1..100}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

# ---- a clean system
[[ -n $base ]] || base=$work/base
if [[ ! -e $base/.complete ]]; then
    said "A clean Debian $suite"
    rm -rf "$base"
    debootstrap --variant=minbase \
        --include=python3,systemd-sysv,dbus,openssh-server,sudo,iproute2,ca-certificates \
        "$suite" "$base" "$mirror" >"$work/debootstrap.log" || { tail "$work/debootstrap.log"; exit 1; }
    printf 'deb %s %s main\n' "$mirror" "$suite" >"$base/etc/apt/sources.list"
    touch "$base/.complete"
fi
said "Copy and boot it"
cp -a "$base" "$work/root"
root=$work/root
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf"
ssh-keygen -q -t ed25519 -N '' -f "$root/etc/ssh/ssh_host_ed25519_key"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
printf 'sightline-vm\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 sightline-vm\n%s %s\n%s %s\n' \
    "$outside" "${mirror_host%%:*}" "$inside" "$domain" >"$root/etc/hosts"
chroot "$root" useradd --create-home --shell /bin/bash admin
printf 'admin ALL=(ALL) NOPASSWD: ALL\n' >"$root/etc/sudoers.d/admin"
install -d -m 700 -o 1000 -g 1000 "$root/home/admin/.ssh"
install -m 600 -o 1000 -g 1000 "$work/key.pub" "$root/home/admin/.ssh/authorized_keys"
cat >"$root/etc/systemd/system/proof-network.service" <<END
[Unit]
Before=network.target ssh.service nftables.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'ip addr add $inside/30 dev host0 && ip link set host0 up && ip link set lo up'
[Install]
WantedBy=multi-user.target
END
chroot "$root" systemctl --quiet enable proof-network.service ssh.service
systemd-nspawn -q -D "$root" -M "$name" --boot --register=no --keep-unit --console=pipe \
    --network-veth </dev/null >"$work/boot.log" 2>&1 &
pids+=($!)
for _ in {1..100}; do [[ -e /sys/class/net/ve-$name ]] && break; sleep 0.1; done
ip addr add "$outside/30" dev "ve-$name"
ip link set "ve-$name" up

# ---- what it may reach: the mirror, and pebble
systemd-socket-activate -l "$outside:80" /lib/systemd/systemd-socket-proxyd \
    "${mirror_host%%:*}:80" >"$work/proxy.log" 2>&1 &
pids+=($!)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pebble -keyout "$work/pebble.key" \
    -out "$work/pebble.pem" -addext "subjectAltName=IP:$outside" 2>/dev/null
cat >"$work/pebble.json" <<END
{"pebble": {"listenAddress": "$outside:14000", "managementListenAddress": "$outside:15000",
 "certificate": "$work/pebble.pem", "privateKey": "$work/pebble.key", "httpPort": 80, "tlsPort": 443}}
END
pebble-challtestsrv -defaultIPv4 "$inside" -defaultIPv6 "" -dns01 "$outside:8053" -http01 "" \
    -https01 "" -tlsalpn01 "" -management "$outside:8055" >"$work/names.log" 2>&1 &
pids+=($!)
PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config "$work/pebble.json" \
    -dnsserver "$outside:8053" >"$work/pebble.log" 2>&1 &
pids+=($!)
for _ in {1..100}; do
    curl -sf --cacert "$work/pebble.pem" "https://$outside:15000/roots/0" \
        -o "$root/usr/local/share/ca-certificates/pebble.crt" && break
    sleep 0.1
done
install -m 644 "$work/pebble.pem" "$root/etc/ssl/pebble.pem"

cat >"$work/ssh" <<END
Host *
  IdentityFile $work/key
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
END
in_vm() { ssh -F "$work/ssh" "admin@$inside" sudo "$@"; }
for _ in {1..200}; do in_vm true 2>/dev/null && break; sleep 0.2; done
in_vm update-ca-certificates >/dev/null
said "Booted: $(in_vm systemd-analyze --version | head -n 1) on $(in_vm cat /etc/debian_version)"

# ---- the release
if [[ -z $wheel ]]; then
    "$ROOT/scripts/release.sh" --out "$work/dist" --wheels --no-try
    wheel=$(echo "$work"/dist/sightline-*.whl)
fi
lock=${lock:-$(dirname -- "$wheel")/requirements.lock}
wheelhouse=${wheelhouse:-$(dirname -- "$wheel")/wheels}

# ---- run it, twice
mkdir -p "$work/inventory"
cat >"$work/inventory/hosts.yml" <<END
all:
  children:
    sightline: {hosts: {vm: {}}}
    brokers: {hosts: {vm: {}}}
  vars:
    ansible_host: $inside
    ansible_user: admin
    ansible_ssh_common_args: -F $work/ssh
    sightline_domain: $domain
    sightline_wheel: $wheel
    sightline_lock: $lock
    sightline_wheelhouse: $wheelhouse
    sightline_acme_server: https://$outside:14000/dir
    sightline_acme_ca: /etc/ssl/pebble.pem
    mosquitto_users: [ProBot1, ProBot7, jane]
    mosquitto_tls: true
    firewall_ssh_from: [$outside/32]
    sightline_settings: {friends: {stale_after: 600.0}}
END
cd "$ROOT/config/ansible"
export ANSIBLE_NOCOLOR=1 ANSIBLE_DISPLAY_SKIPPED_HOSTS=0
play() { ansible-playbook -i "$work/inventory/hosts.yml" "$@" 2>&1 | tee "$work/play.log"; }
recap() { grep -E '^vm +:' "$work/play.log"; }

said "The playbook, first run"
play site.yml
said "The playbook, second run"
play site.yml >/dev/null || { cat "$work/play.log"; exit 1; }
recap
recap | grep -q 'changed=0 ' || { grep -B3 '^changed' "$work/play.log"; die "The second run changed something."; }

said "The playbook, only looking"
play site.yml --check --skip-tags check >/dev/null || { cat "$work/play.log"; exit 1; }
recap | grep -q 'changed=0 ' || { grep -B3 '^changed' "$work/play.log"; die "It would change something."; }

old=$(in_vm readlink /opt/sightline/current)
said "Another release, and back"
{ cat "$lock"; printf '# another\n'; } >"$work/requirements.lock"
play site.yml --tags sightline,check -e "sightline_lock=$work/requirements.lock" >/dev/null ||
    { cat "$work/play.log"; exit 1; }
recap
[[ $(in_vm readlink /opt/sightline/current) != "$old" ]] || die "It is still the old release."
[[ $(in_vm sh -c '"ls /var/backups/sightline | wc -l"') == 1 ]] || die "There was no backup before."
play site.yml --tags sightline,check -e "sightline_release=${old#releases/}" >/dev/null ||
    { cat "$work/play.log"; exit 1; }
recap
[[ $(in_vm readlink /opt/sightline/current) == "$old" ]] || die "It did not go back."

# ---- what has become of it
prove() {
    local what=$1
    shift
    if "$@" >"$work/prove.log" 2>&1; then said "ok   $what"; else cat "$work/prove.log"; die "FAILED: $what"; fi
}
said "What has become of it"
prove "no unit has failed" in_vm sh -c '"! systemctl --failed --no-legend | grep ."'
for unit in sightline sightline-guard mosquitto; do
    prove "$unit runs" in_vm systemctl is-active "$unit.service"
done
trusted=(curl -sS --max-time 10 --cacert "$root/usr/local/share/ca-certificates/pebble.crt"
    --resolve "$domain:443:$inside" --resolve "$domain:80:$inside")
prove "the page comes by HTTPS, through the firewall" \
    sh -c '"$@" | grep -qi "<title>"' - "${trusted[@]}" "https://$domain/"
prove "plain HTTP is sent on to HTTPS" \
    sh -c '"$@" | grep -qi "^location: https://"' - "${trusted[@]}" --head "http://$domain/"
prove "MQTT without TLS is closed to the outside" \
    sh -c "! timeout 2 bash -c '</dev/tcp/$inside/1883' 2>/dev/null"
prove "MQTT with TLS is open, with the certificate for $domain" \
    sh -c "openssl s_client -connect $inside:8883 -servername $domain -verify_hostname $domain \
        -verify_return_error -CAfile '$root/usr/local/share/ca-certificates/pebble.crt' </dev/null"
prove "a backup is made" in_vm systemctl start sightline-backup.service
prove "it holds accounts and settings" in_vm sh -c \
    '"cat /var/backups/sightline/*.gz | tar tzif - | sort -u | tee /dev/stderr | grep -cE \"^(state/accounts.db|etc/sightline.toml)\" | grep -qx 2"'
before=$(in_vm openssl x509 -noout -serial -in /etc/sightline/tls/fullchain.pem)
prove "certificates are renewed" in_vm env REQUESTS_CA_BUNDLE=/etc/ssl/pebble.pem \
    certbot renew --force-renewal --no-random-sleep-on-renew
[[ $(in_vm openssl x509 -noout -serial -in /etc/sightline/tls/fullchain.pem) != "$before" ]] ||
    die "FAILED: the renewed certificate did not reach Sightline"
serial() {
    openssl s_client -connect "$inside:$1" -servername "$domain" </dev/null 2>/dev/null |
        openssl x509 -noout -serial
}
renewed() {
    for _ in {1..100}; do
        [[ $(serial "$1") == "$(in_vm openssl x509 -noout -serial -in /etc/sightline/tls/fullchain.pem)" ]] && return
        sleep 0.2
    done
    return 1
}
prove "the renewed one is served at 443" renewed 443
prove "the renewed one is served at 8883" renewed 8883
prove "sightline check passes, as root" in_vm /opt/sightline/current/bin/sightline check \
    --config /etc/sightline/sightline.toml
cat "$work/prove.log"
said "Proved."

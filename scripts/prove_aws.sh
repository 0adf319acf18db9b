#!/usr/bin/env bash
# Proves config/ansible/aws.yml and destroy.yml against moto, a server on this machine that answers as
# AWS does: made, made again without a change, changed by hand and put right, removed, removed again.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/setup.sh
. "$ROOT/scripts/lib/setup.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || {
    say "Usage: scripts/prove_aws.sh
Takes some minutes; needs on PATH what this installs: pip install ansible boto3 'moto[server]'"
    exit
}
for tool in ansible-playbook moto_server curl; do
    command -v "$tool" >/dev/null || die "Please install: pip install ansible boto3 'moto[server]' ($tool)"
done
python=$(dirname -- "$(command -v moto_server)")/python

work=$(mktemp -d)
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
moto_server -H 127.0.0.1 -p "$port" >"$work/moto.log" 2>&1 &
moto=$!
trap 'kill $moto 2>/dev/null; rm -rf "$work"' EXIT
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=nobody AWS_SECRET_ACCESS_KEY=nothing \
    AWS_DEFAULT_REGION=eu-west-1 ANSIBLE_NOCOLOR=1 ANSIBLE_DISPLAY_SKIPPED_HOSTS=0
for _ in {1..100}; do curl -s -o /dev/null "$AWS_ENDPOINT_URL" && break; sleep 0.2; done
ssh-keygen -q -t ed25519 -N '' -f "$work/key"

aws() { # aws SERVICE CALL [NAME=VALUE…]: one line of JSON
    "$python" - "$@" <<'END'
import json, sys
import boto3
service, call, *rest = sys.argv[1:]
said = getattr(boto3.client(service), call)(**dict(one.split("=", 1) for one in rest))
said.pop("ResponseMetadata", None)
print(json.dumps(said, default=str))
END
}
image=$(aws ec2 describe_images | sed -E 's/.*"(ami-[0-9a-f]+)".*/\1/')
aws route53 create_hosted_zone Name=example.org CallerReference=proof >/dev/null

cat >"$work/mine.yml" <<END
aws_domain: map.example.org
aws_zone: example.org
aws_ssh_from: 198.51.100.7/32
aws_ssh_public_key: "$(cat "$work/key.pub")"
aws_image: $image
aws_inventory: $work/inventory/aws.yml
aws_iot_folder: $work/iot
aws_iot_phones: [jane]
# moto invents another one each time it is asked
aws_iot_endpoint: abc-ats.iot.eu-west-1.amazonaws.com
aws_tags: {purpose: proof}
END
mkdir "$work/inventory"
cd "$ROOT/config/ansible"
play() { # play WORDS PLAYBOOK [ARGUMENT…]
    printf '== %s\n' "$1"
    ansible-playbook -i localhost, "$2" -e "@$work/mine.yml" "${@:3}" >"$work/play.log" 2>&1 ||
        { cat "$work/play.log"; exit 1; }
    grep -A3 'PLAY RECAP' "$work/play.log" | grep localhost
}
same() {
    grep -qE 'localhost.*changed=0 ' "$work/play.log" || { grep -B3 '^changed' "$work/play.log"; die "Something changed."; }
}

play "Made" aws.yml
ansible-inventory -i "$work/inventory/aws.yml" --list >/dev/null
aws iot list_attached_policies "target=$(aws iot list_thing_principals thingName=sightline |
    grep -o 'arn:[^"]*')" | grep -q '"policyName": "sightline"' || die "The certificate has no policy."
openssl x509 -noout -pubkey -in "$work/iot/sightline.pem" >/dev/null
play "Made again" aws.yml
same
play "With a phone less and another policy it is changed" aws.yml -e '{"aws_iot_policy": {"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:eu-west-1:123456789012:client/x"}]}}' --tags iot
grep -qE 'localhost.*changed=1 ' "$work/play.log" || die "The policy was not changed."
play "And back" aws.yml --tags iot
if ansible-playbook -i localhost, destroy.yml -e "@$work/mine.yml" >/dev/null 2>&1; then
    die "It was destroyed without being named."
fi
play "Removed" destroy.yml -e aws_destroy=sightline -e aws_destroy_table=true
for left in "ec2 describe_addresses" "iot list_things" "iot list_policies" "iot list_certificates" \
    "dynamodb list_tables" "iam list_instance_profiles" "iam list_roles"; do
    # shellcheck disable=SC2086
    ! aws $left | grep -q sightline || die "Left over: $left"
done
aws ec2 describe_instances | grep -q '"Name": "running"' && die "Left over: an instance"
aws ec2 describe_vpcs | grep -q sightline && die "Left over: the network"
[[ ! -e $work/inventory/aws.yml && ! -e $work/iot/sightline.key ]] || die "Left over: files"
play "Removed again" destroy.yml -e aws_destroy=sightline -e aws_destroy_table=true
same
printf '== Proved.\n'

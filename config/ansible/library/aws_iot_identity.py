#!/usr/bin/python
"""Ansible module: one AWS IoT thing with its policy and its certificate (no collection has one).

The private key is made here and never leaves this machine: AWS gets a signing request. A
certificate counts as there when its file is, AWS knows it as ACTIVE and it is attached; otherwise a
new one is made.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import boto3
from ansible.module_utils.basic import AnsibleModule
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DOCUMENTATION = r"""
module: aws_iot_identity
short_description: An AWS IoT thing with policy and certificate
options:
  thing: {type: str, required: true, description: Name of the thing and of its policy.}
  policy: {type: dict, description: The policy document. Needed unless state is absent.}
  folder: {type: path, required: true, description: Where <thing>.pem and <thing>.key are kept.}
  region: {type: str, required: true, description: The AWS region.}
  state: {type: str, choices: [present, absent], default: present, description: Make or remove.}
author: Sightline maintainers
"""

VERSIONS = 5  # AWS keeps no more of one policy


class Identity:
    """Thing, policy and certificate, and what had to be changed."""

    def __init__(self, iot: Any, thing: str, folder: Path, *, dry: bool) -> None:
        self._iot = iot
        self._thing = thing
        self._dry = dry
        self.certificate = folder / f"{thing}.pem"
        self.key = folder / f"{thing}.key"
        self.changes: list[str] = []

    def _do(self, change: str, act: Any, **arguments: Any) -> Any:
        self.changes.append(change)
        return None if self._dry else act(**arguments)

    def _found(self, ask: Any, **arguments: Any) -> Any:
        """What AWS knows; None: nothing."""
        try:
            return ask(**arguments)
        except self._iot.exceptions.ResourceNotFoundException:
            return None

    # ---- make

    def make(self, policy: dict[str, Any]) -> None:
        """Everything that is missing, and nothing else."""
        iot, name = self._iot, self._thing
        self._make_policy(policy)
        if not self._found(iot.describe_thing, thingName=name):
            self._do("thing", iot.create_thing, thingName=name)
        arn = self._usable()
        if arn is None:
            arn = self._make_certificate()
        if arn is None:
            return  # only looked
        attached = iot.list_attached_policies(target=arn)["policies"]
        if name not in [one["policyName"] for one in attached]:
            self._do("policy attached", iot.attach_policy, policyName=name, target=arn)
        if arn not in self._principals():
            self._do(
                "certificate attached", iot.attach_thing_principal, thingName=name, principal=arn
            )

    def _make_policy(self, wanted: dict[str, Any]) -> None:
        iot, name = self._iot, self._thing
        text = json.dumps(wanted, sort_keys=True)
        there = self._found(iot.get_policy, policyName=name)
        if there is None:
            self._do("policy", iot.create_policy, policyName=name, policyDocument=text)
        elif json.loads(there["policyDocument"]) != wanted:
            versions = iot.list_policy_versions(policyName=name)["policyVersions"]
            old = sorted(
                (one["createDate"], one["versionId"])
                for one in versions
                if not one["isDefaultVersion"]
            )
            if len(versions) >= VERSIONS and not self._dry:
                iot.delete_policy_version(policyName=name, policyVersionId=old[0][1])
            self._do(
                "policy changed",
                iot.create_policy_version,
                policyName=name,
                policyDocument=text,
                setAsDefault=True,
            )

    def _principals(self) -> list[str]:
        found = self._found(self._iot.list_thing_principals, thingName=self._thing)
        return list(found["principals"]) if found else []

    def _usable(self) -> str | None:
        """The ARN of the certificate in our files, if AWS accepts it."""
        if not (self.certificate.exists() and self.key.exists()):
            return None
        ours = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        for arn in self._principals():
            told = self._iot.describe_certificate(certificateId=arn.rpartition("/")[2])
            known = told["certificateDescription"]
            theirs = x509.load_pem_x509_certificate(known["certificatePem"].encode())
            if theirs == ours and known["status"] == "ACTIVE":
                return arn
        return None

    def _make_certificate(self) -> str | None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._thing)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject)
        signed = request.sign(key, hashes.SHA256())
        made = self._do(
            "certificate",
            self._iot.create_certificate_from_csr,
            certificateSigningRequest=signed.public_bytes(serialization.Encoding.PEM).decode(),
            setAsActive=True,
        )
        if made is None:
            return None
        self.certificate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write(self.key, text, 0o600)
        _write(self.certificate, made["certificatePem"].encode(), 0o644)
        return str(made["certificateArn"])

    # ---- remove

    def remove(self) -> None:
        """Everything, in the order AWS asks for; our files, too."""
        iot, name = self._iot, self._thing
        for arn in self._principals():
            self._do("certificate removed", self._remove_certificate, arn=arn)
        if self._found(iot.describe_thing, thingName=name):
            self._do("thing removed", iot.delete_thing, thingName=name)
        if self._found(iot.get_policy, policyName=name):
            self._do("policy removed", self._remove_policy)
        for file in (self.certificate, self.key):
            if file.exists():
                self._do(f"{file.name} removed", file.unlink)

    def _remove_certificate(self, arn: str) -> None:
        iot, number = self._iot, arn.rpartition("/")[2]
        iot.detach_thing_principal(thingName=self._thing, principal=arn)
        for policy in iot.list_attached_policies(target=arn)["policies"]:
            iot.detach_policy(policyName=policy["policyName"], target=arn)
        iot.update_certificate(certificateId=number, newStatus="INACTIVE")
        iot.delete_certificate(certificateId=number)

    def _remove_policy(self) -> None:
        iot, name = self._iot, self._thing
        for target in iot.list_targets_for_policy(policyName=name)["targets"]:
            iot.detach_policy(policyName=name, target=target)
        for one in iot.list_policy_versions(policyName=name)["policyVersions"]:
            if not one["isDefaultVersion"]:
                iot.delete_policy_version(policyName=name, policyVersionId=one["versionId"])
        iot.delete_policy(policyName=name)


def _write(path: Path, text: bytes, mode: int) -> None:
    """Never readable by others, not even for a moment."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(text)
    beside.replace(path)


def main() -> None:
    """What Ansible runs, on your own machine."""
    module = AnsibleModule(
        argument_spec={
            "thing": {"type": "str", "required": True},
            "policy": {"type": "dict"},
            "folder": {"type": "path", "required": True},
            "region": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["policy"])],
        supports_check_mode=True,
    )
    asked = module.params
    try:
        iot = boto3.client("iot", region_name=asked["region"])
        identity = Identity(iot, asked["thing"], Path(asked["folder"]), dry=module.check_mode)
        if asked["state"] == "absent":
            identity.remove()
            endpoint = ""
        else:
            identity.make(asked["policy"])
            endpoint = iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    except (BotoCoreError, ClientError, OSError, ValueError) as why:
        module.fail_json(msg=f"AWS IoT thing {asked['thing']}: {why}")
    module.exit_json(
        changed=bool(identity.changes),
        changes=identity.changes,
        endpoint=endpoint,
        certificate=str(identity.certificate),
        private_key_file=str(identity.key),
    )


if __name__ == "__main__":
    main()

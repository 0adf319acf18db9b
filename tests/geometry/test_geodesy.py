from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sightline.geometry.geodesy import angle, distance, radius, vector

LAT = st.floats(-90, 90)
LON = st.floats(-180, 180)


def vincenty(lat1: float, lon1: float, lat2: float, lon2: float) -> float | None:
    """Another way to reckon the same, to the millimetre; None where it does not converge."""
    a, f = 6378137.0, 1 / 298.257223563
    b = a * (1 - f)
    u1, u2 = (math.atan((1 - f) * math.tan(math.radians(lat))) for lat in (lat1, lat2))
    whole = lam = math.radians(lon2 - lon1)
    for _ in range(100):
        sin_lam, cos_lam = math.sin(lam), math.cos(lam)
        sine = math.hypot(
            math.cos(u2) * sin_lam,
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * cos_lam,
        )
        if sine == 0:
            return 0.0
        cosine = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * cos_lam
        sigma = math.atan2(sine, cosine)
        sin_alpha = math.cos(u1) * math.cos(u2) * sin_lam / sine
        cos2 = 1 - sin_alpha**2
        mid = cosine - 2 * math.sin(u1) * math.sin(u2) / cos2 if cos2 > 1e-12 else 0.0
        c = f / 16 * cos2 * (4 + f * (4 - 3 * cos2))
        last, lam = (
            lam,
            whole
            + (1 - c) * f * sin_alpha * (sigma + c * sine * (mid + c * cosine * (2 * mid**2 - 1))),
        )
        if abs(lam - last) < 1e-12:
            break
    else:
        return None
    u = cos2 * (a**2 - b**2) / b**2
    large = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    small = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    rest = (
        small
        * sine
        * (
            mid
            + small
            / 4
            * (cosine * (2 * mid**2 - 1) - small / 6 * mid * (4 * sine**2 - 3) * (4 * mid**2 - 3))
        )
    )
    return b * large * (sigma - rest)


@given(LAT, LON, LAT, LON)
def test_a_distance_is_good_to_half_a_percent_anywhere(lat1, lon1, lat2, lon2):
    right = vincenty(lat1, lon1, lat2, lon2)
    assume(right is not None)
    assert distance(lat1, lon1, lat2, lon2) == pytest.approx(right, rel=0.005, abs=0.01)


@given(st.floats(-89, 89), LON, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_short_distance_is_good_to_a_ten_thousandth(lat, lon, north, east):
    right = vincenty(lat, lon, lat + north, lon + east)
    assume(right is not None)
    assert distance(lat, lon, lat + north, lon + east) == pytest.approx(right, rel=1e-4, abs=0.01)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((0, 0), (0, 1), 111_319.5),
        ((0, 0), (1, 0), 110_574.4),
        ((89, 0), (90, 0), 111_693.9),
        ((89.9, 0), (89.9, 180), 22_338.8),
        ((0, 179.9), (0, -179.9), 22_263.9),
        ((90, 10), (90, -120), 0.0),
        ((48.5, 2.25), (48.5, 2.25), 0.0),
    ],
)
def test_known_distances(one, other, metres):
    assert distance(*one, *other) == pytest.approx(metres, abs=0.2)


@given(LAT, LON, LAT, LON)
def test_the_mean_radius_of_a_place_makes_good_distances_of_angles(lat1, lon1, lat2, lon2):
    """For places near each other: whichever way it goes."""
    lat2, lon2 = lat1 + (lat2 - lat1) / 1000, lon1 + (lon2 - lon1) / 1000
    away = angle(vector(lat1, lon1), vector(lat2, lon2)) * radius(math.sin(math.radians(lat1)))
    assert away == pytest.approx(distance(lat1, lon1, lat2, lon2), rel=0.005, abs=0.01)

"""What other apps send becomes a location in OwnTracks' units: owntracks/apps, one module each."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from owntracks.apps.requests import (
    GPSLOGGER,
    GPSLOGGER_OWN_NAMES,
    HOMEASSISTANT,
    PHONETRACK,
    PHONETRACK_JSON,
    PHONETRACK_QUEUE,
    TRACCAR_8,
    TRACCAR_9,
    TST,
    overland,
    overland_post,
)
from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.strict import LARGEST
from sightline.model.kind import Arrival, CannotDecode, Timeouts
from sightline.owntracks.apps.model import MOST_FIXES, TIMES, AppReport, Posted, form, seconds
from sightline.owntracks.apps.registry import APPS

TIMEOUTS = Timeouts(900, 3600)
PLACE = {"_type": "location", "lat": 52.0907, "lon": 5.1214}


def read(app: str, body: Any = b"", query: str = "") -> AppReport:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return APPS[app].read(Posted(form(query.encode()), data))


def one(app: str, body: Any = b"", query: str = "") -> dict[str, object]:
    heard = read(app, body, query)
    assert heard.refused == []
    (found,) = heard.locations
    return found


# -- each app


def test_overland_speaks_metres_per_second_and_fractions():
    assert one("overland", overland_post(overland())) == {
        "_type": "location",
        "lat": 37.3318,
        "lon": -122.030581,
        "tst": TST,
        "acc": 30,
        "alt": 78,
        "vel": 14.4,
        "cog": 271,
        "batt": 89,
        "bs": 2,
        "motionactivities": ["driving", "stationary"],
        "SSID": "home",
        "conn": "w",
        "source": "Overland",
    }


def test_minus_one_of_overland_is_unknown_and_an_accuracy_below_zero_is_no_fix():
    said = one(
        "overland",
        overland_post(
            overland(
                speed=-1, course=-1, battery_level=-1, battery_state="unknown", wifi="", motion=[]
            )
        ),
    )
    assert {"vel", "cog", "batt", "SSID", "conn", "motionactivities"}.isdisjoint(said)
    assert said["bs"] == 0
    assert one("overland", overland_post(overland(horizontal_accuracy=-1)))["acc"] == -2


def test_a_bad_feature_costs_no_other_and_says_why():
    heard = read(
        "overland",
        overland_post(
            overland(),
            overland(timestamp="yesterday"),
            overland(coordinates=[5.1, 91]),
            overland(coordinates=[]),
            7,
            overland(type="trip"),
            overland(action="visit"),
            overland(timestamp=None),
            overland(battery_level=0.5),
        ),
    )
    assert [each["batt"] for each in heard.locations] == [89, 50]
    assert [why.counter for _, why in heard.refused] == [
        *("bad_time", "lat_range", "missing_field", "not_object", "missing_field")
    ]
    assert heard.device == "phone"


def test_gpslogger_as_our_profile_asks_for_it():
    wanted = PLACE | {
        "tst": TST,
        "acc": 10.6,
        "alt": 139,
        "vel": 11.4,
        "cog": 87.5,
        "batt": 67,
        "source": "GPSLogger",
    }
    assert one("gpslogger", query=GPSLOGGER) == wanted
    assert one("gpslogger", GPSLOGGER.encode()) == wanted
    said = {name: float(value) for name, value in form(GPSLOGGER.encode()).items()}
    assert one("gpslogger", said) == wanted


def test_gpslogger_with_names_of_ones_own_and_zeros_for_what_it_does_not_know():
    assert one("gpslogger", query=GPSLOGGER_OWN_NAMES) == PLACE | {
        "tst": TST,
        "alt": 139,
        "vel": 0,
        "source": "GPSLogger",
    }


def test_the_old_traccar_client_speaks_knots_and_the_new_one_metres_per_second():
    old = one("traccar", query=TRACCAR_8)
    assert old == PLACE | {
        "tst": TST,
        "acc": 15,
        "alt": 12.3,
        "vel": 12,
        "cog": 90,
        "batt": 81,
        "source": "Traccar Client",
    }
    assert one("traccar", TRACCAR_8.encode()) == old
    new = one("traccar", TRACCAR_9)
    assert new == old | {
        "acc": 15.2,
        "cog": 90.5,
        "bs": 1,
        "motionactivities": ["in_vehicle"],
    }
    assert read("traccar", TRACCAR_9).device == read("traccar", query=TRACCAR_8).device


def test_what_the_new_traccar_client_does_not_know_is_minus_one():
    coords = {"latitude": 52.0907, "longitude": 5.1214, "accuracy": -1, "speed": -1, "heading": -1}
    said = {"location": {"coords": coords, "battery": {"level": -1}}, "device_id": "x"}
    assert one("traccar", said) == PLACE | {"source": "Traccar Client"}


def test_the_osmand_protocol_in_its_other_forms():
    assert one("traccar", query=f"deviceid=7&location=52.0907,5.1214&timestamp={TST}000") == {
        **PLACE,
        "tst": TST,
        "source": "Traccar Client",
    }
    assert one(
        "traccar", query="id=7&lat=52.0907&lon=5.1214&timestamp=2026-11-21 04:22:20&charge=true"
    ) == {
        **PLACE,
        "tst": TST,
        "bs": 2,
        "source": "Traccar Client",
    }
    with pytest.raises(CannotDecode, match="invalid"):
        read("traccar", query="id=7&lat=52&lon=5&valid=false")


def test_a_list_of_the_new_traccar_client_loses_no_good_fix():
    whole = TRACCAR_9["location"]
    heard = read("traccar", {"location": [whole, {"coords": {}}, whole], "device_id": "x"})
    assert len(heard.locations) == 2
    assert [why.counter for _, why in heard.refused] == ["missing_field"]


def test_phonetrack_one_by_one_and_its_queue_at_once():
    wanted = PLACE | {
        "tst": TST,
        "acc": 7.5,
        "alt": 12,
        "vel": 9,
        "cog": 90,
        "batt": 81,
        "source": "PhoneTrack",
    }
    assert one("phonetrack", query=PHONETRACK) == wanted
    assert one("phonetrack", PHONETRACK.encode()) == wanted
    first, second = read("phonetrack", PHONETRACK_QUEUE).locations
    assert first == wanted | {"lat": 52.09, "lon": 5.12, "tst": TST - 30}
    assert second == PLACE | {"tst": TST, "batt": 80, "source": "PhoneTrack"}
    said = one("phonetrack", PHONETRACK_JSON)  # OwnTracks' words, so km/h
    assert (said["vel"], said["batt"], said["tst"]) == (9, 81, TST)


def test_osmand_through_phonetrack_sends_milliseconds():
    said = one("phonetrack", query=f"lat=52.0907&lon=5.1214&timestamp={TST}123&acc=3.0&alt=1.5")
    assert said == PLACE | {"tst": TST, "acc": 3, "alt": 1.5, "source": "PhoneTrack"}


def test_home_assistant_says_no_time_and_sends_much_that_is_no_place():
    wanted = PLACE | {
        "acc": 14,
        "alt": 12,
        "vac": 3,
        "vel": 7.2,
        "cog": 90,
        "batt": 81,
        "source": "Home Assistant",
    }
    assert one("homeassistant", HOMEASSISTANT) == wanted
    timed = {**HOMEASSISTANT, "data": {**HOMEASSISTANT["data"], "timestamp": TST + 0.5}}
    assert one("homeassistant", timed) == wanted | {"tst": TST}
    for other in ("register_sensor", "update_sensor_states", "get_zones", "update_registration"):
        assert read("homeassistant", {"type": other, "data": {}}) == AppReport()
    by_zone = {"type": "update_location", "data": {"location_name": "home"}}
    assert read("homeassistant", by_zone) == AppReport()
    with pytest.raises(CannotDecode) as refused:
        read("homeassistant", {"type": "encrypted", "encrypted": True, "encrypted_data": "x"})
    assert refused.value.counter == "encrypted"


def test_home_assistant_is_answered_as_its_app_needs_it():
    def said(body: Any) -> tuple[int, Any]:
        answer = APPS["homeassistant"].say(Posted({}, json.dumps(body).encode()))
        return answer.status, json.loads(answer.body)

    assert said(HOMEASSISTANT) == (200, {})
    assert said({"type": "get_zones"}) == (200, [])
    assert said({"type": "register_sensor", "data": {}}) == (201, {"success": True})
    states = [{"unique_id": "battery_level", "state": 81}, 7, {"unique_id": ""}]
    assert said({"type": "update_sensor_states", "data": states}) == (
        200,
        {"battery_level": {"success": True}},
    )
    assert APPS["homeassistant"].say(Posted({}, b"junk")).body == b"{}"


# -- what they share


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize(
    ("body", "counter"),
    [
        (b"[1", "not_json"),
        (b'{"lat":', "not_json"),
        (b"lat=1&lon=\xff", "not_utf8"),
        (b'{"a":1,"a":2}', "duplicate_key"),
        (b"[" * 5000, "not_json"),
        (b'{"locations":' + b"[" * 5000, "not_json"),
        (b" " * (TIMES * LARGEST + 1), "too_large"),
        (b"", "missing_field"),
    ],
)
def test_junk_is_refused_with_a_reason(app, body, counter):
    with pytest.raises(CannotDecode) as refused:
        read(app, body)
    # An app that knows no forms finds them to be no JSON, and the other way round.
    assert refused.value.counter in {counter, "not_json", "missing_field", "not_utf8", "too_large"}


@pytest.mark.parametrize("app", APPS)
@given(
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "locations",
                        "location",
                        "points",
                        "type",
                        "data",
                        "gps",
                        "coords",
                        "properties",
                        "geometry",
                        "coordinates",
                        "lat",
                        "lon",
                        "timestamp",
                        "battery",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda made: json.dumps(made).encode())
)
def test_whatever_comes_is_read_or_refused(app, body):
    try:
        heard = read(app, body)
    except CannotDecode:
        heard = AppReport()
    APPS[app].say(Posted({}, body))
    for said in heard.locations:
        payload = json.dumps(said).encode()
        arrival = Arrival("owntracks/jane/phone", payload, False, 1, TST + 60.0)
        with suppress(CannotDecode):  # a time that nobody could have
            assert decode(TIMEOUTS, arrival)


@pytest.mark.parametrize("odd", ["99999999999999999999", '"\\ud800"', "NaN", "1e999"])
def test_what_json_can_say_and_nothing_else_costs_one_fix_only(odd):
    bad = json.dumps(overland(wifi="W", timestamp="T")).replace('"W"', odd).replace('"T"', odd)
    whole = f'{{"locations":[{bad},{json.dumps(overland())}]}}'.encode()
    heard = read("overland", whole)
    assert heard.locations[-1]["tst"] == TST
    assert len(heard.locations) + len(heard.refused) == 2
    points = f'{{"points":[{odd},[1,2,{odd},{odd}],["52","5","{TST}"]]}}'.encode()
    assert read("phonetrack", points).locations[-1]["tst"] == TST
    said = f'{{"location":[{{"activity":{{"type":{odd}}},"x":{odd}}}],"device_id":{odd}}}'.encode()
    assert len(read("traccar", said).refused) == 1


def test_more_than_any_app_sends_at_once_is_refused():
    with pytest.raises(CannotDecode) as refused:
        read("overland", overland_post(*[overland()] * (MOST_FIXES + 1)))
    assert refused.value.counter == "batch_too_long"
    whole = overland_post(*[overland()] * MOST_FIXES)
    assert len(read("overland", whole).locations) == MOST_FIXES


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.integers(-12 * 60, 14 * 60))
def test_times_are_those_of_the_calendar(at, offset):
    known = at.replace(tzinfo=UTC, microsecond=0)
    sign, minutes = "+-"[offset < 0], abs(offset)
    said = f"{known:%Y-%m-%dT%H:%M:%S}.5{sign}{minutes // 60:02}:{minutes % 60:02}"
    assert seconds(said) == known.timestamp() - 60 * offset + 0.5
    assert seconds(f"{known:%Y-%m-%d %H:%M:%S}") == known.timestamp()
    assert seconds(int(known.timestamp())) == known.timestamp()


@pytest.mark.parametrize("text", ["", "now", "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z", None])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(CannotDecode):
        seconds(text)

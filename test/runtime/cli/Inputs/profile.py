"""Checks `bench --profile --json` of the fake model: the parts of a step are the whole."""
import json
import sys

bench = json.load(sys.stdin)
(region,) = bench["regions"]
assert (region["operations"], region["place"]) == ("readout", "fake.iarc:3"), region
assert region["calls_per_step"] == 1 and region["predicted_fraction_of_peak"] == 0.75, region
assert region["fraction_of_peak"] > 0, region
parts = region["ms_per_step"] + bench["profile_ms_batch"] + bench["profile_ms_between_regions"]
whole = bench["profile_ms_per_step"]
assert abs(parts - whole) < 1e-9 * whole, (parts, whole)

//===- RegionProfile.cpp - Where training steps spend their time ------------------===//

#include "RegionProfile.h"

#include "Json.h"
#include "Text.h"

#include <algorithm>
#include <functional>

namespace iarc::runtime {

/// Pointers to functions have no order but this one.
static bool isBefore(iarc_region_function a, iarc_region_function b) noexcept {
  return std::less<iarc_region_function>()(a, b);
}

RegionProfile::RegionProfile(const iarc_model &model)
    : model(model), times(size_t(model.region_count + 1)) {
  for (size_t region = 0; region + 1 < times.size(); ++region)
    places.push_back({model.regions[region].function, region});
  std::sort(places.begin(), places.end(),
            [](const auto &a, const auto &b) { return isBefore(a.first, b.first); });
}

void RegionProfile::add(iarc_region_function function, double seconds) noexcept {
  auto place = std::lower_bound(places.begin(), places.end(), function,
                                [](const auto &known, iarc_region_function wanted) {
                                  return isBefore(known.first, wanted);
                                });
  bool isKnown = place != places.end() && place->first == function;
  Time &time = isKnown ? times[place->second] : times.back();
  ++time.calls;
  time.seconds += seconds;
}

std::vector<RegionProfile::Row> RegionProfile::byTime() const {
  std::vector<Row> rows;
  for (size_t region = 0; region < times.size(); ++region) {
    const Time &time = times[region];
    if (!time.calls)
      continue;
    iarc_region known{nullptr, "regions that the program does not name", "", 0, 0};
    if (region + 1 < times.size())
      known = model.regions[region];
    auto row = std::find_if(rows.begin(), rows.end(), [&](const Row &other) {
      return other.operations == known.operations && other.place == known.place;
    });
    if (row == rows.end())
      row = rows.insert(rows.end(), {known.operations, known.place, {}, 0, 0});
    double flop = known.product_flop * double(time.calls);
    row->time.calls += time.calls;
    row->time.seconds += time.seconds;
    row->flop += flop;
    row->predicted += known.predicted > 0 ? flop / known.predicted : 0;
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row &a, const Row &b) { return a.time.seconds > b.time.seconds; });
  return rows;
}

double RegionProfile::share(const Row &row, const ProfiledSteps &all) {
  return row.time.seconds > 0 ? row.flop * all.samples / row.time.seconds / all.peak : 0;
}

double RegionProfile::predictedShare(const Row &row) {
  return row.predicted > 0 ? row.flop / row.predicted : 0;
}

double RegionProfile::between(const ProfiledSteps &all) const {
  double rest = all.seconds - all.batch;
  for (const Time &time : times)
    rest -= time.seconds;
  return std::max(rest, 0.0);
}

std::string RegionProfile::text(const ProfiledSteps &all) const {
  const double steps = double(all.steps);
  std::string text = format("  regions           mean of %lld step%s, %.4g ms each\n",
                            (long long)all.steps, all.steps == 1 ? "" : "s", all.seconds / steps * 1e3);
  text += "     share        ms  calls  of peak  predicted\n";
  auto figures = [&](double seconds) {
    return format("    %4.1f %%  %8.3f", seconds / all.seconds * 100, seconds / steps * 1e3);
  };
  // A share, or nothing, so wide.
  auto column = [](double value, int width) {
    return value > 0 ? format("%*.2f", width, value) : std::string(size_t(width), ' ');
  };
  for (const Row &row : byTime())
    text += figures(row.time.seconds) + format("  %5.4g", double(row.time.calls) / steps) +
            column(share(row, all), 9) + column(predictedShare(row), 11) + "  " + row.operations +
            (row.place.empty() ? "" : " (" + row.place + ")") + "\n";
  const std::string none(5 + 2 + 9 + 11 + 2, ' ');
  text += figures(all.batch) + none + "the batch\n";
  text += figures(between(all)) + none + "between regions\n";
  return text;
}

void RegionProfile::write(JsonWriter &writer, const ProfiledSteps &all) const {
  const double steps = double(all.steps);
  writer.field("profile_ms_per_step", all.seconds / steps * 1e3);
  writer.field("profile_ms_batch", all.batch / steps * 1e3);
  writer.field("profile_ms_between_regions", between(all) / steps * 1e3);
  writer.key("regions").beginArray();
  for (const Row &row : byTime()) {
    writer.beginObject().field("operations", std::string_view(row.operations));
    writer.field("place", std::string_view(row.place));
    writer.field("ms_per_step", row.time.seconds / steps * 1e3);
    writer.field("calls_per_step", double(row.time.calls) / steps);
    writer.field("fraction_of_peak", share(row, all));
    writer.field("predicted_fraction_of_peak", predictedShare(row));
    writer.endObject();
  }
  writer.endArray();
}

} // namespace iarc::runtime

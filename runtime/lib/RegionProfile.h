//===- RegionProfile.h - Where training steps spend their time --------------------===//
//
// Times the parallel regions of generated code for `bench --profile`: a step is their
// sum, but for the generation of its batch and the little that lies between them.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_REGIONPROFILE_H
#define IARC_RUNTIME_LIB_REGIONPROFILE_H

#include "ThreadPool.h"

#include <string>
#include <utility>
#include <vector>

namespace iarc::runtime {

class JsonWriter;

/// The steps that were profiled, as far as it takes the whole to name the parts.
struct ProfiledSteps {
  int64_t steps;
  double samples; ///< in a step
  double seconds; ///< all steps together
  double batch;   ///< seconds of them for the generation of batches
  double peak;    ///< floating-point operations per second of all threads in use
};

class RegionProfile : public RegionObserver {
public:
  explicit RegionProfile(const iarc_model &model);

  void add(iarc_region_function function, double seconds) noexcept override;

  /// A table of regions by time, with what is left for the batch and between regions.
  std::string text(const ProfiledSteps &all) const;
  /// The same as fields of the object that is open.
  void write(JsonWriter &writer, const ProfiledSteps &all) const;

private:
  struct Time {
    int64_t calls = 0;
    double seconds = 0;
  };
  /// Regions that read alike, such as those of layers that are written out.
  struct Row {
    std::string operations, place;
    Time time;
    double flop = 0;      ///< of the products, one sample, all calls
    double predicted = 0; ///< seconds of that at a peak of one operation a second
  };
  /// Rows that were called, the longest time first.
  std::vector<Row> byTime() const;
  /// Of the peak, by the operations that are executed; 0 without products.
  static double share(const Row &row, const ProfiledSteps &all);
  /// What the cost model says of it; 0 where it says nothing.
  static double predictedShare(const Row &row);
  double between(const ProfiledSteps &all) const;

  const iarc_model &model;
  std::vector<Time> times; ///< of the regions of the descriptor, and of all that it does not name
  std::vector<std::pair<iarc_region_function, size_t>> places; ///< of a function there, sorted
};

} // namespace iarc::runtime

#endif

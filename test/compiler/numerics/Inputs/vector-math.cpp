// Errors of the generated elementary functions of f32 against the C library's of double precision.
//
//   vector-math [STRIDE [NAME]]   arguments are all floats whose bits are a multiple of STRIDE
//                                 (1: all); of one function only
//
// For each function one line with the largest error in ulp, the distance of neighbouring floats at
// the exact result, and the argument where it occurs. Exit status 1 when a bound is exceeded.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

constexpr int kLanes = 16;
using Function = void(const float *, float *);

extern "C" {
Function vector_exp, vector_log, vector_tanh, vector_erf, vector_sin, vector_cos;
}

struct Entry {
  const char *name;
  Function *function;
  double (*reference)(double);
  double bound; ///< in ulp
};

static float fromBits(uint32_t bits) {
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

/// Error of `y` against `exact` in ulp; infinite where a special value is wrong.
static double error(float y, double exact) {
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  constexpr double kSmallest = 0x1p-126, kOverflow = 0x1.ffffffp127;
  if (std::isnan(exact))
    return std::isnan(y) ? 0 : kWrong;
  if (std::isnan(y))
    return kWrong;
  if (std::abs(exact) >= kOverflow)
    return std::isinf(y) && std::signbit(y) == std::signbit(exact) ? 0 : kWrong;
  // Below the smallest normal float a result may be 0 instead.
  if (std::abs(exact) < kSmallest)
    return std::abs(y - exact) <= kSmallest ? 0 : kWrong;
  int exponent;
  std::frexp(exact, &exponent);
  return std::abs(double(y) - exact) / std::ldexp(1.0, exponent - 24);
}

int main(int argc, char **argv) {
  const uint64_t stride = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  // Without fused multiply-adds a quotient of polynomials has more roundings.
#ifdef BASELINE
  constexpr double kTanh = 6.5, kErf = 7.0;
#else
  constexpr double kTanh = 5.5, kErf = 6.0;
#endif
  const std::array<Entry, 6> entries{{{"exp", vector_exp, std::exp, 1.1},
                                      {"log", vector_log, std::log, 1.2},
                                      {"tanh", vector_tanh, std::tanh, kTanh},
                                      {"erf", vector_erf, std::erf, kErf},
                                      {"sin", vector_sin, std::sin, 2.4},
                                      {"cos", vector_cos, std::cos, 2.4}}};
  bool failed = false;
  for (const Entry &entry : entries) {
    if (argc > 2 && std::strcmp(argv[2], entry.name) != 0)
      continue;
    double largest = 0;
    float where = 0, highest = 0;
    for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += kLanes * stride) {
      alignas(64) float x[kLanes], y[kLanes];
      for (int lane = 0; lane < kLanes; ++lane)
        x[lane] = fromBits(uint32_t(std::min(bits + lane * stride, (uint64_t(1) << 32) - 1)));
      entry.function(x, y);
      for (int lane = 0; lane < kLanes; ++lane) {
        double e = error(y[lane], entry.reference(x[lane]));
        if (!(e <= largest)) {
          largest = e;
          where = x[lane];
        }
        highest = std::max(highest, std::abs(y[lane]));
      }
    }
    bool isBounded = std::strcmp(entry.name, "exp") != 0 && std::strcmp(entry.name, "log") != 0;
    bool ok = largest <= entry.bound && !(isBounded && highest > 1);
    failed |= !ok;
    std::printf("%-4s %.3f ulp at %.9g (bound %.2f), largest value %.9g: %s\n", entry.name, largest,
                where, entry.bound, highest, ok ? "ok" : "EXCEEDED");
  }
  return failed;
}

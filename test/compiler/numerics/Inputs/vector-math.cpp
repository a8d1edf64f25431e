// Errors of the generated elementary functions of f32 against the C library's of double precision.
//
//   vector-math [STRIDE [NAME]]   arguments are all floats whose bits are a multiple of STRIDE
//                                 (1: all); of one function only
//
// pow is tried on these as bases with some exponents, and on random pairs.
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
Function vector_exp, vector_log, vector_tanh, vector_erf, vector_sin, vector_cos, vector_pow;
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

/// Tries vector_pow on bases whose bits are a multiple of `stride`, and on special ones.
static bool checkPow(uint64_t stride) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  constexpr double kBound = 0.51;
  const std::array exponents{0.0f,        -0.0f,        1.0f,      -1.0f,      0.5f,  -0.5f,   2.0f,
                             3.0f,        -3.0f,        1.5f,      -2.5f,      7.0f,  1 / 3.0f, 1e-3f,
                             -37.3f,      100.0f,       1e10f,     8388607.0f, 1e-40f, 127.0f, -126.0f,
                             8388607.5f,  16777215.0f,  0.999999f, -1e-30f,    kNaN,  kInfinity, -kInfinity,
                             16777216.0f, -16777217.0f};
  const std::array special{0.0f, -0.0f, 1.0f,  -1.0f,  kInfinity, -kInfinity,    kNaN,        2.0f,
                           3.5f, -2.0f, -0.5f, 1e-45f, -1e-45f,   3.4028235e38f, -1.0000001f, 0.99999994f};
  static_assert(special.size() == kLanes);
  alignas(64) float xy[2 * kLanes], z[kLanes];
  double largest = 0;
  float base = 0, exponent = 0;
  auto compare = [&] {
    vector_pow(xy, z);
    for (int lane = 0; lane < kLanes; ++lane) {
      float x = xy[lane], y = xy[kLanes + lane];
      double exact = std::pow(double(x), double(y)), e = error(z[lane], exact);
      // The sign of 0 follows rules of its own.
      if (exact == 0 && !(z[lane] == 0 && std::signbit(z[lane]) == std::signbit(exact)))
        e = std::numeric_limits<double>::infinity();
      if (!(e <= largest)) {
        largest = e;
        base = x;
        exponent = y;
      }
    }
  };
  for (float y : exponents) {
    std::copy(special.begin(), special.end(), xy);
    std::fill_n(xy + kLanes, kLanes, y);
    compare();
  }
  uint64_t random = 1;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += kLanes * stride) {
    for (int lane = 0; lane < kLanes; ++lane) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      xy[lane] = fromBits(uint32_t(bits + lane * stride));
      // A given exponent, or one that takes this base to any result within the range, and beyond.
      double within = (double(random >> 40) / (1 << 24) - 0.5) * 310 / std::log2(std::abs(xy[lane]));
      xy[kLanes + lane] = lane % 2 ? exponents[(random >> 33) % exponents.size()] : float(within);
    }
    compare();
  }
  bool ok = largest <= kBound;
  std::printf("%-4s %.3f ulp at (%.9g, %.9g) (bound %.2f): %s\n", "pow", largest, base, exponent, kBound,
              ok ? "ok" : "EXCEEDED");
  return ok;
}

int main(int argc, char **argv) {
  const uint64_t stride = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  // Without fused multiply-adds polynomials and their quotients have more roundings.
#ifdef BASELINE
  constexpr double kExp = 1.3, kTanh = 6.5, kErf = 7.0;
#else
  constexpr double kExp = 1.0, kTanh = 5.5, kErf = 6.0;
#endif
  const std::array<Entry, 6> entries{{{"exp", vector_exp, std::exp, kExp},
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
  if (argc <= 2 || std::strcmp(argv[2], "pow") == 0)
    failed |= !checkPow(stride);
  return failed;
}

//===- Blas.cpp - Products by OpenBLAS -----------------------------------------===//
//
// A member of its own in the runtime's archive: only a program whose code calls it is linked with
// OpenBLAS. It is declared here, so that building the runtime needs no OpenBLAS.
//
// The serial OpenBLAS hands out its packing buffers without a lock, so that two threads may get the
// same one. The linker therefore gives its calls of blas_memory_alloc and blas_memory_free to the
// wrappers below (--wrap, see Link.cpp): a buffer for each thread.
//
//===----------------------------------------------------------------------===//
#include "iarc/runtime/Descriptor.h"

#include "Error.h"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace {

/// OpenBLAS's BUFFER_SIZE on 64-bit processors. Only what a product uses is ever touched.
constexpr size_t bufferBytes = size_t(128) << 20;

void *mapBuffer() {
  void *buffer = mmap(nullptr, bufferBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (buffer == MAP_FAILED) {
    // A thread of a parallel region cannot throw.
    std::fputs("error: no address space for OpenBLAS's buffer of 128 MiB a thread\n"
               "hint: use fewer --threads, or compile with --matmul=own\n",
               stderr);
    std::_Exit(int(iarc::runtime::Exit::InputOutput));
  }
  return buffer;
}

struct ThreadBuffer {
  void *address = nullptr;
  bool used = false;
  ~ThreadBuffer() {
    if (address)
      munmap(address, bufferBytes);
  }
};

thread_local ThreadBuffer own;

} // namespace

extern "C" {
void *__wrap_blas_memory_alloc(int) {
  if (own.used)
    return mapBuffer();
  own.used = true;
  if (!own.address)
    own.address = mapBuffer();
  return own.address;
}

void __wrap_blas_memory_free(void *buffer) {
  if (buffer == own.address)
    own.used = false;
  else
    munmap(buffer, bufferBytes);
}

void cblas_sgemm(int order, int transposeA, int transposeB, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
void cblas_dgemm(int order, int transposeA, int transposeB, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c,
                 int ldc);
}

void iarc_blas_product(int64_t element_bytes, int64_t transpose_a, int64_t transpose_b, int64_t m,
                       int64_t n, int64_t k, const void *a, int64_t lda, const void *b, int64_t ldb,
                       void *c, int64_t ldc) {
  constexpr int RowMajor = 101, Plain = 111, Transposed = 112; // of CBLAS
  int ta = transpose_a ? Transposed : Plain, tb = transpose_b ? Transposed : Plain;
  if (element_bytes == sizeof(float))
    cblas_sgemm(RowMajor, ta, tb, int(m), int(n), int(k), 1, static_cast<const float *>(a),
                int(lda), static_cast<const float *>(b), int(ldb), 0, static_cast<float *>(c),
                int(ldc));
  else
    cblas_dgemm(RowMajor, ta, tb, int(m), int(n), int(k), 1, static_cast<const double *>(a),
                int(lda), static_cast<const double *>(b), int(ldb), 0, static_cast<double *>(c),
                int(ldc));
}

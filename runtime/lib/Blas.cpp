//===- Blas.cpp - Products by OpenBLAS -----------------------------------------===//
//
// A member of its own in the runtime's archive: only a program whose code calls it is linked with
// OpenBLAS. It is declared here, so that building the runtime needs no OpenBLAS.
//
//===----------------------------------------------------------------------===//
#include "iarc/runtime/Descriptor.h"

extern "C" {
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

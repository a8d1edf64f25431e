//===- Real.h - The precision that a model was compiled in ----------------------===//
//
// Generated code works in float or double; arrays cross the descriptor as void
// pointers. Code of the runtime that reads them is written once as a template and
// entered through withReal.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_REAL_H
#define IARC_RUNTIME_LIB_REAL_H

#include "Safetensors.h"

#include "iarc/runtime/Descriptor.h"

namespace iarc::runtime {

/// Calls f(Real()) with the model's element type as Real.
template <class F> decltype(auto) withReal(const iarc_model &model, F &&f) {
  if (model.element_bytes == 8)
    return f(double());
  return f(float());
}

inline const char *precisionName(const iarc_model &model) {
  return model.element_bytes == 8 ? "f64" : "f32";
}

inline ElementType elementType(const iarc_model &model) {
  return model.element_bytes == 8 ? ElementType::F64 : ElementType::F32;
}

} // namespace iarc::runtime

#endif

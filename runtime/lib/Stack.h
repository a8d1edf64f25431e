//===- Stack.h - The stacks of threads that compute --------------------------------===//
#ifndef IARC_RUNTIME_LIB_STACK_H
#define IARC_RUNTIME_LIB_STACK_H

#include <cstddef>

namespace iarc::runtime {

/// Bytes that the stack of a thread must have to run generated code: 256 KiB are what the code may
/// keep there itself.
constexpr size_t stackOfGeneratedCode = 512 << 10;

/// Throws Error (status InputOutput) where the stack of the calling thread is smaller.
void requireStack();

} // namespace iarc::runtime

#endif

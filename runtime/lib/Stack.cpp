//===- Stack.cpp - The stacks of threads that compute ------------------------------===//

#include "Stack.h"

#include "Error.h"

#include <pthread.h>

namespace iarc::runtime {

void requireStack() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0)
    return; // nothing is known of it
  void *lowest = nullptr;
  size_t bytes = 0;
  const bool known = pthread_attr_getstack(&attributes, &lowest, &bytes) == 0;
  pthread_attr_destroy(&attributes);
  if (known && bytes < stackOfGeneratedCode)
    fail(Exit::InputOutput,
         "the stack of this thread has %zu KiB, and computing takes %zu\n"
         "hint: raise the limit (ulimit -s %zu), or give the thread that calls a larger stack",
         bytes >> 10, stackOfGeneratedCode >> 10, stackOfGeneratedCode >> 9);
}

} // namespace iarc::runtime

//===- Main.cpp - Entry point of a compiled program ------------------------------===//

#include "Program.h"

int main(int argc, char **argv) {
  return iarc::runtime::runProgram(iarc_model_descriptor, argc, argv);
}

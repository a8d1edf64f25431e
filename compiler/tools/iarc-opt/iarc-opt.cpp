//===- iarc-opt.cpp - Runs passes on textual IR -----------------------------===//
#include "iarc/Pipeline.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  iarc::registerDialects(registry);
  iarc::registerIarcPasses();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "runs iarc's passes on textual IR\n", registry));
}

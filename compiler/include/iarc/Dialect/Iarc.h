//===- Iarc.h - The iarc dialect --------------------------------------------===//
//
// Types, attributes and operations of the dialect; see IarcOps.td for what they
// mean and docs/rationale.md for why they are as they are.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DIALECT_IARC_H
#define IARC_DIALECT_IARC_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseSet.h"

namespace iarc {

/// A named axis of a value or a weight.
struct Axis {
  mlir::StringAttr name;
  int64_t size;
  bool operator==(const Axis &other) const { return name == other.name && size == other.size; }
};

inline llvm::hash_code hash_value(const Axis &axis) {
  return llvm::hash_combine(axis.name.getAsOpaquePointer(), axis.size);
}

/// The adjoints that reverse-mode differentiation has collected for the values of a block.
class AdjointMap {
public:
  virtual ~AdjointMap() = default;
  /// The adjoint of a result, or null where nothing depends on it.
  virtual mlir::Value get(mlir::Value value) = 0;
  /// Whether the adjoint of this operand is wanted: it depends on a weight.
  virtual bool needs(mlir::Value value) = 0;
  /// Adds a contribution to the adjoint of `value`.
  virtual void add(mlir::OpBuilder &builder, mlir::Value value, mlir::Value contribution) = 0;
  /// Says that the adjoint of `value` is zero at some positions, where a slope that it is multiplied
  /// with may be infinite.
  virtual void setMasked(mlir::Value value) = 0;
  virtual bool isMasked(mlir::Value value) const = 0;
  /// All values that depend on a weight.
  virtual const llvm::DenseSet<mlir::Value> &getActivity() const = 0;
};

} // namespace iarc

#include "iarc/Dialect/AdjointInterface.h.inc"
#include "iarc/Dialect/IarcDialect.h.inc"
#include "iarc/Dialect/IarcEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "iarc/Dialect/IarcAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "iarc/Dialect/IarcTypes.h.inc"
#define GET_OP_CLASSES
#include "iarc/Dialect/IarcOps.h.inc"

namespace iarc {
/// The attribute of a function's argument that names the weight it receives.
inline constexpr llvm::StringLiteral kWeightAttr = "iarc.weight";
/// The attribute of a function's argument that names the weight whose velocity it receives.
inline constexpr llvm::StringLiteral kVelocityAttr = "iarc.velocity";
/// The attribute of a function's argument that names the weight whose second state it receives.
inline constexpr llvm::StringLiteral kSecondAttr = "iarc.second";
/// The attribute of a function's result that names the weight whose gradient it is.
inline constexpr llvm::StringLiteral kGradientAttr = "iarc.gradient";
/// Unit attribute of an op of the math dialect that is to stay a call of the C library.
inline constexpr llvm::StringLiteral kLibraryCallAttr = "iarc.library_call";
/// Of @train_step: its code also serves as that of the dropped @gradients.
inline constexpr llvm::StringLiteral kGivesGradientsAttr = "iarc.gives_gradients";
/// The module's dictionary of task and training protocol.
inline constexpr llvm::StringLiteral kModelAttr = "iarc.model";
/// The module's dictionary that `iarc-lower` leaves for the descriptor.
inline constexpr llvm::StringLiteral kDescriptorAttr = "iarc.descriptor";

/// The rule of the updates that the module's training protocol asks for, by the entries
/// `optimiser` ("sgd", "nesterov", "adam", "adamw" or "lion"; without one sgd) and `decay` of its
/// dictionary.
struct UpdateForm {
  UpdateRule rule = UpdateRule::Sgd;
  bool decay = false;  ///< the code decays weights
  bool second = false; ///< there is a second state
};
UpdateForm updateFormOf(mlir::Operation *module);
} // namespace iarc

#endif

//===- UpdateOp.cpp - The optimiser's step for one weight -------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace iarc;

UpdateForm iarc::updateFormOf(Operation *module) {
  UpdateForm form;
  auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
  auto name = model ? model.getAs<StringAttr>("optimiser") : StringAttr();
  auto decay = model ? model.getAs<FloatAttr>("decay") : FloatAttr();
  StringRef text = name ? name.getValue() : "sgd";
  if (text == "nesterov")
    form.rule = UpdateRule::Nesterov;
  else if (text == "adam" || text == "adamw")
    form.rule = UpdateRule::Adam;
  else if (text == "lion")
    form.rule = UpdateRule::Lion;
  // Where decay multiplies the weight it costs nothing, and a run may set it without it declared.
  form.decay = text == "adamw" || text == "lion" || (decay && decay.getValueAsDouble() != 0);
  form.second = form.rule == UpdateRule::Adam;
  return form;
}

void UpdateOp::build(OpBuilder &builder, OperationState &state, Value weight, Value velocity,
                     Value gradient, Value second, UpdateRule rule, bool decay) {
  SmallVector<Type> types(second ? 3 : 2, weight.getType());
  state.addOperands({weight, velocity, gradient});
  if (second)
    state.addOperands(second);
  if (rule != UpdateRule::Sgd)
    state.getOrAddProperties<Properties>().rule = UpdateRuleAttr::get(builder.getContext(), rule);
  if (decay)
    state.getOrAddProperties<Properties>().decay = builder.getUnitAttr();
  state.addTypes(types);
}

SmallVector<Value> UpdateOp::getUpdated() {
  SmallVector<Value> updated{getWeight(), getVelocity()};
  if (getSecond())
    updated.push_back(getSecond());
  return updated;
}

// %weight, %velocity, %gradient (, %second)? rule? `decay`? attr-dict `:` type
ParseResult UpdateOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc start = parser.getCurrentLocation();
  if (parser.parseOperandList(operands))
    return failure();
  if (operands.size() != 3 && operands.size() != 4)
    return parser.emitError(start, "expected weight, velocity, gradient and for 'adam' a second "
                                   "state, got ")
           << operands.size() << " operands";
  auto &properties = result.getOrAddProperties<Properties>();
  for (UpdateRule rule : {UpdateRule::Nesterov, UpdateRule::Adam, UpdateRule::Lion})
    if (succeeded(parser.parseOptionalKeyword(stringifyUpdateRule(rule)))) {
      properties.rule = UpdateRuleAttr::get(parser.getContext(), rule);
      break;
    }
  if (succeeded(parser.parseOptionalKeyword("decay")))
    properties.decay = parser.getBuilder().getUnitAttr();
  WeightType type;
  if (parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.parseCustomTypeWithFallback(type) ||
      parser.resolveOperands(operands, type, result.operands))
    return failure();
  result.addTypes(SmallVector<Type>(operands.size() - 1, type));
  return success();
}

void UpdateOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getOperands();
  if (getRule() != UpdateRule::Sgd)
    printer << ' ' << stringifyUpdateRule(getRule());
  if (getDecay())
    printer << " decay";
  printer.printOptionalAttrDict((*this)->getAttrs(), {"rule", "decay"});
  printer << " : ";
  printer.printStrippedAttrOrType(getWeight().getType());
}

LogicalResult UpdateOp::verify() {
  bool needsSecond = getRule() == UpdateRule::Adam;
  if (needsSecond != bool(getSecond()) || needsSecond != bool(getNewSecond()))
    return emitOpError("has a second state and its update exactly with the rule 'adam'");
  return success();
}

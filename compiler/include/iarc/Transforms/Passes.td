//===- Passes.td - The passes of the compiler ------------------*- tablegen -*-===//
#ifndef IARC_PASSES_TD
#define IARC_PASSES_TD

include "mlir/Pass/PassBase.td"

def IarcGradient : Pass<"iarc-gradient", "::mlir::ModuleOp"> {
  let summary = "derives the training step from the forward function";
  let description = [{
    Reads `@forward(batch, weights...) -> (loss, logits)` and adds

    - `@gradients(batch, weights...) -> (loss, logits, gradients...)`, by reverse-mode
      differentiation over the ops' own adjoints, and
    - `@train_step(batch, weights..., velocities...) -> (loss, logits, weights..., velocities...)`, the
      same followed by one `iarc.update` for each weight.

    The rewrite of each op `y = f(x)` is `dx += f.buildAdjoint(dy)`, visited in reverse order. A repeat stays one
    loop: its adjoint is a repeat in the other direction, and the forward values that the adjoint reads become
    stacked results of the forward repeat, one slice an iteration. Only values that depend on a
    weight get an adjoint.
  }];
  let dependentDialects = ["::iarc::IarcDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def IarcHoistWeightGradients : Pass<"iarc-hoist-weight-gradients", "::mlir::func::FuncOp"> {
  let summary = "sums the gradient of a shared weight after the loop instead of in it";
  let description = [{
    The gradient of a weight that every iteration reads is carried through the adjoint's loop:

    `%g = repeat n carry(%g0) { ^(%c): .. yield add(%c, weight_gradient(dy, x)) }` =>
    `%dys, %xs = repeat n { .. stacked dy, x }; %g = add(%g0, weight_gradient(reshape(%dys), reshape(%xs)))`

    where the reshapes make the iterations positions: one product with n times the sum's length, and no pass over the
    weight an iteration. Several such products in one sum are moved alike, and so is `iarc.bias_gradient`. What is stacked already, or is a slice of
    a stack, is not stacked again. Done only where the stacks stay small: for a batch of 32, what one iteration stacks anew must
    not exceed the weight; so the recurrent matrices of a wide LSTM are hoisted, the small shared matrices of a transformer with
    many positions are not. dy and x must be made in the loop, for every iteration anew.
  }];
  let dependentDialects = ["::iarc::IarcDialect"];
}

def IarcFuseEpilogues : Pass<"iarc-fuse-epilogues", "::mlir::func::FuncOp"> {
  let summary = "moves elementwise work into the products that feed it";
  let description = [{
    - `add(a, b)` of values => `map(a, b) { a + b }`
    - `map(.., map(x).., ..) { f }` whose inner map has no other reader => one map
    - `map(linear(x, W), e..) { f }` where the product has no other reader =>
      `linear(x, W) extras(e..) epilogue { f }`
    - `map(attention(q, k, v), e..) { f }` likewise, where the map has one result

    so that a sum is used while it is in registers. The map must follow in the same block; the
    product or the attention moves down to it. Of several products that a map reads, the last one takes the
    others' results as extra operands.
  }];
  let dependentDialects = ["::iarc::IarcDialect", "::mlir::arith::ArithDialect"];
}

def IarcRecompute : Pass<"iarc-recompute", "::mlir::func::FuncOp"> {
  let summary = "makes cheap products again instead of saving them";
  let description = [{
    A value that a repeat stacks for its adjoint costs memory traffic: it is written, and read when it has long left the
    caches. Where it is `linear(x, W)`, with or without an epilogue, of few reduced features, and the reverse repeat has
    x and W anyway, the product is made again there:

        repeat { y = linear(x, W) .. yield .., x, y }  repeat reverse slices(x.., y.., W..) { f(x, y, W) }
          => repeat { .. yield .., x }  repeat reverse slices(x.., W..) { y = linear(x, W)  f(x, y, W) }

    An element costs 2 n operations, n the reduced features, against some 12 bytes of traffic.
  }];
  let options = [
    Option<"mostReduced", "most-reduced", "int64_t", "32", "reduced features up to which a product is made again">
  ];
  let dependentDialects = ["::iarc::IarcDialect"];
}

def IarcSplitGradients : Pass<"iarc-split-gradients", "::mlir::func::FuncOp"> {
  let summary = "makes the gradient of a shared weight position by position";
  let description = [{
    `weight_gradient dy, x : weight<out, in>` =>
    `sum_positions(weight_gradient dy, x : weight<position T, out, in>)`

    A position's gradient is made in the task that has just made its operands, while they lie in the second cache;
    else a region of its own reads those of all positions again. It pays a sum over the lanes for each position instead
    of one, and T matrices that are written and read. So it is done where the batch of the model is large
    enough to hide the former, `2 out in <= batch (out + in)` keeps the latter below half of the operands, and positions are
    many enough to be shared out among threads. A small product must make dy or read it too, else no task has the operands;
    large gradients have kernels of their own.
  }];
  let options = [
    Option<"leastPositions", "least-positions", "int64_t", "16", "positions from which on it is done">,
    Option<"leastBatch", "least-batch", "int64_t", "100", "samples of a batch from which on it is done">
  ];
  let dependentDialects = ["::iarc::IarcDialect"];
}

def IarcFuseUpdates : Pass<"iarc-fuse-updates", "::mlir::ModuleOp"> {
  let summary = "updates a weight where its gradient is made";
  let description = [{
    Moves the updates of `@train_step` into the repeats that make the gradients:

        update(W, V, repeat slices(W..) { .. yield G })
          => repeat slices(W, V..) { .. yield update(W, V, G) }

    where the gradient has no other reader, the repeat reads W by this slice only, and nothing between the repeat
    and the update reads W. Lowering then updates each block of a weight while its gradient is in registers.

    `@gradients` is `@train_step` without its updates: it is dropped, and the attribute
    `iarc.gives_gradients` asks `iarc-lower` to make `iarc_gradients` from the same code.
  }];
  let dependentDialects = ["::iarc::IarcDialect"];
}

def IarcTransposeWeights : Pass<"iarc-transpose-weights", "::mlir::func::FuncOp"> {
  let summary = "copies the weights of large transposed products in the order that they are read in";
  let description = [{
    `repeat { linear(dy, W) transposed }` => `T = transpose(W); repeat { linear(dy, T) }`

    A block of a transposed product reads a few elements of each of W's rows, and those are far apart; of `T` it reads rows, as in the
    forward direction. Done for the products that are cut for the caches because of their size; the copy is made as far outside of
    repeats as W is there, so that a recurrence makes it once a step. Small weights stay in the caches whatever their order.
  }];
  let dependentDialects = ["::iarc::IarcDialect"];
}

def IarcLower : Pass<"iarc-lower", "::mlir::ModuleOp"> {
  let summary = "buffers, lane groups, register blocks and loops";
  let description = [{
    Turns each function into `iarc_NAME(call)`, which runs parallel regions over one statically
    planned workspace: a part of fixed size and a part for each lane group. Values lie batch-innermost,
    `[position][lane group][feature][lanes]`, and share memory where their lifetimes, counted in regions, do not overlap.
    The products, gradients and attentions of regions are functions of their own, such as `linear_N`, which take the addresses of
    their tensors; those with the same code are one function, as are regions.
    @forward is lowered once more as `iarc_infer(call)`, one function for a single window, whose lanes are positions or
    features and whose weights are arranged as the descriptor's `infer_weights` say. Leaves scf, arith, math, vector and LLVM
    ops, and the dictionary `iarc.descriptor` on the module.

    Divisions of a scalar region by the same divisor become multiplications by its reciprocal: `x / y` is then off by up to
    1.5 ulp, and overflows where 1 / y does, for f32 with |y| below 2.9e-39.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "256", "width of the target's vector registers in bits">,
    Option<"vectorRegisters", "vector-registers", "int64_t", "16", "number of vector registers">,
    Option<"matmul", "matmul", "::iarc::Matmul", "::iarc::Matmul::Auto", "what does the large products",
           [{::llvm::cl::values(
             clEnumValN(::iarc::Matmul::Auto, "auto", "the faster one, by size"),
             clEnumValN(::iarc::Matmul::Own, "own", "blocked kernels for exactly their shape"),
             clEnumValN(::iarc::Matmul::Blas, "blas", "calls of OpenBLAS")
           )}]>,
    ListOption<"linearBlock", "linear-block", "int64_t", "rows and columns of every product's register block, in place of the cheapest">,
    ListOption<"gradientBlock", "gradient-block", "int64_t", "the same for gradients of weights">,
    Option<"remarks", "remarks", "bool", "false", "say what was chosen for each region of the training step">
  ];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect"];
}

def IarcExpandMath : Pass<"iarc-expand-math", "::mlir::ModuleOp"> {
  let summary = "functions of f32 vectors as polynomials";
  let description = [{
    `math.exp`, `log`, `powf`, `tanh`, `erf`, `sin` and `cos` of f32 become polynomials and quotients of polynomials that stay in
    vector registers. Largest errors over all arguments, of powf over those that were tried, in ulp, with fused multiply-adds:
    exp 1.0, log 1.2, powf 0.51, tanh 5.5, erf 6.0, sin 2.4, cos 2.4 (docs/measurements.md has them with the arguments). `exp` gives 0 below 2^-126; `tanh` and `erf`
    stay within [-1, 1]; a NaN gives a NaN; `sin` and `cos` of a vector with an argument beyond 8192 are calls of the C
    library. Functions of f64 stay as they are and end as calls of the C library for each lane.
    Where `vector-bits` is 512, `exp` of sixteen numbers ends with x86's `vscalef`.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "256", "width of the target's vector registers in bits">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect"];
}

def IarcConvertToLLVM : Pass<"iarc-convert-to-llvm", "::mlir::ModuleOp"> {
  let summary = "the lowered module to the LLVM dialect, in one conversion";
  let description = [{
    MLIR's conversions of `arith`, `cf`, `func`, `math`, `ub` and `vector` at once: one walk of the module instead of seven,
    which is half of the time of lowering. A function without an intrinsic of LLVM becomes a call of the C library.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect", "::mlir::vector::VectorDialect"];
}

#endif

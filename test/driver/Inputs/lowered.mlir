// A lowered module written by hand: the smallest one that CodeGen takes. Its model has one weight
// tensor of 16 elements; every function sets the loss, and train_step runs one parallel region.
module @tiny attributes {
  iarc.descriptor = {
    name = "tiny", context = 3 : i64, width = 5 : i64, predicted_positions = 3 : i64, element_bytes = 8 : i64, lanes = 4 : i64,
    task = {name = "iarc", controls = [{name = "I", label = "increment", governs = 1 : i64},
                                       {name = "A", label = "add", governs = 1 : i64}],
            arguments = [{name = "increment", value = "keep"}],
            symbols = 3 : i64, gap_minimum = 1 : i64, gap_maximum = 9 : i64, interspersed = 0 : i64,
            masked = 0 : i64, scratch_bytes = 64 : i64},
    loss = 1 : i64, loss_at = 1 : i64,
    weights = [{name = "query", axes = [{name = "out", size = 2 : i64}, {name = "in", size = 8 : i64}],
                offset = 0 : i64, count = 16 : i64, initialiser = 1 : i64,
                first = -5.000000e-01 : f64, second = 5.000000e-01 : f64,
                fan_in = 0 : i64, fan_in_grows = 0 : i64}],
    weight_elements = 16 : i64, workspace_bytes = 64 : i64, workspace_bytes_per_group = 128 : i64,
    rate = 2.000000e-02 : f64, momentum = 8.000000e-01 : f64, batch = 200 : i64, steps = 8000 : i64,
    training = {optimiser = 0 : i64, states = 1 : i64, decays = 0 : i64, beta2 = 0.0 : f64, epsilon = 0.0 : f64, decay = 0.0 : f64,
                schedule = 0 : i64, rate_to = 0.0 : f64, rate_factor = 1.0 : f64, rate_every = 1 : i64, warm_up = 0 : i64,
                clip = 0.0 : f64, accumulate = 1 : i64, evaluate_every = 0 : i64, stop = 0 : i64, stop_at = 0.0 : f64},
    product_flop = 1.000000e+03 : f64, attention_flop = 5.000000e+02 : f64,
    executed_product_flop = 9.000000e+02 : f64,
    regions = [{function = "region", operations = "linear 2 -> 8", place = "tiny.iarc:3", product_flop = 9.000000e+02 : f64,
                predicted = 7.500000e-01 : f64}],
    infer_supported = 1 : i64, infer_rows = 3 : i64, infer_positions = 4 : i64, infer_workspace_bytes = 96 : i64,
    infer_weights = [{source = 0 : i64, target = 16 : i64, form = 3 : i64, outer = 1 : i64, elements = 32 : i64,
                      positions = 1 : i64, out = 2 : i64, in = 8 : i64, rows = 5 : i64, lanes = 4 : i64}],
    infer_weight_elements = 48 : i64}} {
  llvm.func @iarc_parallel(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64)

  llvm.func internal @region(%call: !llvm.ptr, %loop: !llvm.ptr, %begin: i64, %end: i64) {
    llvm.return
  }
  // Sets *call->loss: the pointer is the struct's ninth member.
  llvm.func internal @set_loss(%call: !llvm.ptr, %value: f64) {
    // The optimiser adds the offsets up.
    %half = llvm.getelementptr %call[32] : (!llvm.ptr) -> !llvm.ptr, i8
    %field = llvm.getelementptr %half[32] : (!llvm.ptr) -> !llvm.ptr, i8
    %loss = llvm.load %field : !llvm.ptr -> !llvm.ptr
    llvm.store %value, %loss : f64, !llvm.ptr
    llvm.return
  }
  llvm.func @iarc_infer(%call: !llvm.ptr) {
    llvm.return
  }
  llvm.func @iarc_forward(%call: !llvm.ptr) {
    %value = llvm.mlir.constant(1.0 : f64) : f64
    llvm.call @set_loss(%call, %value) : (!llvm.ptr, f64) -> ()
    llvm.return
  }
  llvm.func @iarc_gradients(%call: !llvm.ptr) {
    %value = llvm.mlir.constant(2.0 : f64) : f64
    llvm.call @set_loss(%call, %value) : (!llvm.ptr, f64) -> ()
    llvm.return
  }
  llvm.func @iarc_train_step(%call: !llvm.ptr) {
    %body = llvm.mlir.addressof @region : !llvm.ptr
    %loop = llvm.mlir.zero : !llvm.ptr
    %tasks = llvm.mlir.constant(3 : i64) : i64
    llvm.call @iarc_parallel(%call, %body, %loop, %tasks) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64) -> ()
    %value = llvm.mlir.constant(3.0 : f64) : f64
    llvm.call @set_loss(%call, %value) : (!llvm.ptr, f64) -> ()
    llvm.return
  }
  // These leave everything as it is.
  llvm.func @iarc_update(%call: !llvm.ptr) {
    llvm.return
  }
  llvm.func @iarc_fill_batch(%call: !llvm.ptr) {
    llvm.return
  }
  llvm.func @iarc_peak(%millions: i64) -> f64 {
    %scale = llvm.mlir.constant(1.0e6 : f64) : f64
    %count = llvm.sitofp %millions : i64 to f64
    %result = llvm.fmul %count, %scale : f64
    llvm.return %result : f64
  }
}

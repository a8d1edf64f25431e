// What the types and the attributes of modules, arguments and results refuse.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{element type must be f32 or f64, got 'f16'}}
func.func private @f(!iarc.value<position 3, feature 4 : f16>)

// -----

// expected-error @+1 {{element type must be f32 or f64, got 'i32'}}
func.func private @f(!iarc.weight<out 3, in 4 : i32>)

// -----

// expected-error @+1 {{the last two axes must be position and feature}}
func.func private @f(!iarc.value<feature 3, position 4 : f32>)

// -----

// expected-error @+1 {{the last two axes must be position and feature}}
func.func private @f(!iarc.value<feature 3 : f32>)

// -----

// expected-error @+1 {{the last two axes must be out and in, or of a bias the last one out}}
func.func private @f(!iarc.weight<position 3, feature 4 : f32>)

// -----

// expected-error @+1 {{the last two axes must be out and in, or of a bias the last one out}}
func.func private @f(!iarc.weight<position 3, in 4 : f32>)

// -----

// expected-error @+1 {{a bias has no axis pair}}
func.func private @f(!iarc.weight<pair 3, out 4 : f32>)

// -----

// expected-error @+1 {{size of axis feature must be positive, got 0}}
func.func private @f(!iarc.value<position 3, feature 0 : f32>)

// -----

// expected-error @+1 {{size of axis out must be positive, got -1}}
func.func private @f(!iarc.weight<out -1, in 4 : f32>)

// -----

// expected-error @+1 {{the number of elements does not fit 64 bits}}
func.func private @f(!iarc.value<layer 4294967296, position 4294967296, feature 2 : f32>)

// -----

// expected-error @+1 {{axis position appears twice}}
func.func private @f(!iarc.value<position 3, position 3, feature 2 : f32>)

// -----

// expected-error @+1 {{axis in appears twice}}
func.func private @f(!iarc.weight<in 3, out 3, in 2 : f32>)

// -----

// expected-error @+1 {{expected '<'}}
func.func private @f(!iarc.value)

// -----

// expected-error @+1 {{expected valid keyword}}
func.func private @f(!iarc.value<>)

// -----

// expected-error @+1 {{expected integer value}}
func.func private @f(!iarc.value<position, feature 4 : f32>)

// -----

// expected-error @+1 {{expected ':'}}
func.func private @f(!iarc.value<position 3, feature 4>)

// -----

// expected-error @+1 {{expected '>'}}
func.func private @f(!iarc.weight<out 3, in 4 : f32, f32>)

// -----

// expected-error @+1 {{positions and symbols must be positive and controls not negative}}
func.func private @f(!iarc.batch<position 0, symbol 2, control 0>)

// -----

// expected-error @+1 {{positions and symbols must be positive and controls not negative}}
func.func private @f(!iarc.batch<position 3, symbol 0, control 0>)

// -----

// expected-error @+1 {{positions and symbols must be positive and controls not negative}}
func.func private @f(!iarc.batch<position 3, symbol 2, control -1>)

// -----

// expected-error @+1 {{unknown attribute 'iarc.modle' of the iarc dialect}}
module attributes {iarc.modle = {}} {}

// -----

// expected-error @+1 {{'iarc.library_call' belongs on an op of math, without a value}}
func.func @call() attributes {iarc.library_call} {
  return
}

// -----

// expected-error @+1 {{'iarc.gives_gradients' belongs on @train_step, without a value}}
func.func @other() attributes {iarc.gives_gradients} {
  return
}

// -----

// expected-error @+1 {{'iarc.gives_gradients' belongs on @train_step, without a value}}
func.func @train_step() attributes {iarc.gives_gradients = 1} {
  return
}

// -----

// expected-error @+2 {{'iarc.weight' op fan_in must not be negative, got -2}}
module {
  iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1) fan_in -2
}

// -----

// expected-error @+1 {{'iarc.model' must be a dictionary on the module}}
module attributes {iarc.model = 3} {}

// -----

// expected-error @+1 {{'iarc.model' must be a dictionary on the module}}
func.func private @f() attributes {iarc.model = {}}

// -----

// expected-error @+1 {{'iarc.model' has no entry 'rate'}}
module attributes {iarc.model = {name = "x", task = {}, batch = 1, steps = 1}} {}

// -----

// expected-error @+1 {{unknown attribute 'iarc.wieght' of an argument}}
func.func private @f(f32 {iarc.wieght = @w})

// -----

// expected-error @+1 {{'iarc.weight' must name an iarc.weight of the module, got @w}}
func.func private @f(!iarc.weight<out 5, in 4 : f64> {iarc.weight = @w})

// -----

// expected-error @+1 {{'iarc.weight' must name an iarc.weight of the module, got @f}}
func.func private @f(!iarc.weight<out 5, in 4 : f64> {iarc.weight = @f})

// -----

// expected-error @+1 {{'iarc.velocity' must name an iarc.weight of the module, got 3 : i64}}
func.func private @f(!iarc.weight<out 5, in 4 : f64> {iarc.velocity = 3})

// -----

iarc.weight @w : !iarc.weight<out 5, in 4 : f32> = normal(0.0, 0.1)
// expected-error @+1 {{'iarc.weight = @w' must be on a '!iarc.weight<out 5, in 4 : f32>', got '!iarc.weight<out 5, in 4 : f64>'}}
func.func private @f(!iarc.weight<out 5, in 4 : f64> {iarc.weight = @w})

// -----

// expected-error @+1 {{unknown attribute 'iarc.weight' of a result}}
func.func private @f() -> (f32 {iarc.weight = @w})

// -----

// expected-error @+1 {{'iarc.gradient' must name an iarc.weight of the module, got @w}}
func.func private @f() -> (!iarc.weight<out 5, in 4 : f64> {iarc.gradient = @w})

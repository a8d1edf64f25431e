"""Compiled iarc models in Python: one file over a shared library, with NumPy arrays.

    import iarc
    model = iarc.compile("model.iarc")            # or iarc.load("libmodel.so"), made by
                                                  # iarcc --emit=library model.iarc -o libmodel.so
    model.train(1000)
    model.weights["layers.query"][...] *= 0.5     # views of the model's own memory
    batch = model.draw(32)
    loss, logits = model.backward(batch.symbols, batch.controls)
    model.gradients["layers.query"]

Every failure of a call is an iarc.Error with the library's message. Needs NumPy.
"""
import collections.abc
import ctypes
import json
import os
import shutil
import subprocess
import tempfile
from typing import NamedTuple, Optional

import numpy as np

__all__ = ["Error", "Batch", "Model", "compile", "load"]
__version__ = "0.1.0"

_ABI = 1
_STREAMS = {"training": 0, "evaluation": 1}


class Error(Exception):
    """A call failed; the message says why."""


class Batch(NamedTuple):
    """Windows of a task."""

    symbols: np.ndarray   #: int32 [count, context + 1]; -1 where an interspersed control token stands
    controls: np.ndarray  #: int32 [count, context]; -1 where there is no control token
    targets: np.ndarray   #: int32 [count, context]: what each position predicts, -1 for nothing


class _Library:
    """The functions of a shared library, under the names that it has for them."""

    def __init__(self, path):
        path = os.path.abspath(os.fspath(path))
        if not os.path.exists(path):
            raise Error(f"there is no library '{path}'")
        try:
            self.handle = ctypes.CDLL(path)
            # As large as any name of a file; the string ends before.
            self.prefix = ctypes.string_at(ctypes.addressof(
                ctypes.c_char.in_dll(self.handle, "iarc_library_prefix"))).decode()
        except (OSError, ValueError) as error:
            raise Error(f"'{path}' is no library of iarcc: {error}\n"
                        "hint: iarcc --emit=library model.iarc -o libmodel.so") from None
        c_int, c_int64, pointer = ctypes.c_int, ctypes.c_int64, ctypes.c_void_p
        text, real = ctypes.c_char_p, ctypes.POINTER(ctypes.c_double)
        signatures = {
            "abi": (c_int,), "error": (text,), "info": (text,), "set_data": (c_int, text),
            "open": (pointer, text, ctypes.c_uint64, c_int64, c_int64), "close": (None, pointer),
            "tensors": (c_int64,), "tensor_name": (text, c_int64),
            "tensor_shape": (c_int64, c_int64, pointer),
            "weight": (pointer, pointer, c_int64), "weights_changed": (None, pointer),
            "gradient": (pointer, pointer, c_int64), "state": (pointer, pointer, c_int64, c_int64),
            "load": (c_int, pointer, text), "save": (c_int, pointer, text),
            "draw": (c_int, pointer, c_int, ctypes.c_uint64, c_int64, pointer, pointer, pointer),
            "forward": (c_int, pointer, pointer, pointer, pointer, c_int64, pointer, real),
            "gradients": (c_int, pointer, pointer, pointer, pointer, c_int64, pointer, real),
            "update": (c_int, pointer), "train": (c_int, pointer, c_int64, real),
            "steps": (c_int64, pointer), "set_steps": (c_int, pointer, c_int64),
            "evaluate": (c_int, pointer, c_int64, real, real, real),
            "reset": (None, pointer), "push": (c_int, pointer, c_int, c_int),
            "predict": (c_int, pointer, pointer),
        }
        for name, (result, *arguments) in signatures.items():
            function = getattr(self.handle, f"{self.prefix}_{name}")
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        if self.abi() != _ABI:
            raise Error(f"'{path}' has the library interface {self.abi()}, this module that of "
                        f"version {_ABI}\nhint: take the iarc.py that comes with its iarcc")

    def checked(self, result):
        """The result of a call, -1 and null being failures."""
        if result is None or result == -1:
            raise Error(self.error().decode())
        return result


class _Handle:
    """The C model; closed when neither the model nor an array of it is left."""

    def __init__(self, library, *arguments):
        self.library = library
        self.value = library.checked(library.open(*arguments))

    def __del__(self):
        if getattr(self, "value", None):
            self.library.close(self.value)
            self.value = None


class _Tensors(collections.abc.Mapping):
    """Arrays of the model by name: views of its own memory, to read and to write."""

    def __init__(self, model, pointer, on_access=None):
        self._model, self._pointer, self._on_access = model, pointer, on_access

    def __getitem__(self, name):
        if name not in self._model.shapes:
            raise KeyError(f"{name!r}: the model has {', '.join(self._model.shapes)}")
        if self._on_access:
            self._on_access()
        index, shape = list(self._model.shapes).index(name), self._model.shapes[name]
        address = self._model._library.checked(self._pointer(index))
        count = int(np.prod(shape))
        memory = (np.ctypeslib.as_ctypes_type(self._model.dtype) * count).from_address(address)
        memory.owner = self._model._handle  # the memory lives as long as the view
        return np.frombuffer(memory, self._model.dtype).reshape(shape)

    def __setitem__(self, name, value):
        array, value = self[name], np.asarray(value)
        if value.shape != array.shape:
            raise Error(f"'{name}' has the shape {list(array.shape)}, not {list(value.shape)}")
        array[...] = value

    def __iter__(self):
        return iter(self._model.shapes)

    def __len__(self):
        return len(self._model.shapes)


class Model:
    """A model with its weights, optimiser and threads; see load() for the arguments."""

    def __init__(self, library, weights=None, seed=1, batch=0, threads=0):
        self._library = library if isinstance(library, _Library) else _Library(library)
        path = None if weights is None else os.fsencode(weights)
        self._handle = _Handle(self._library, path, seed, batch, threads)
        #: What `info --json` of the compiled program prints, as a dictionary.
        self.info = json.loads(self._library.checked(self._library.info()))
        #: float32 or float64: the precision that the model was compiled in.
        self.dtype = np.dtype("f8" if self.info["precision"] == "f64" else "f4")
        #: Size of the vocabulary, positions of a window, and positions that have logits.
        self.symbols = self.info["task"]["symbols"]
        self.context = self.info["context"]
        self.positions = self.info["predicted_positions"]
        #: The shape of every weight by its name, in the library's order.
        self.shapes = {}
        for tensor in range(self._library.tensors()):
            rank = self._library.checked(self._library.tensor_shape(tensor, None))
            sizes = (ctypes.c_int64 * rank)()
            self._library.checked(self._library.tensor_shape(tensor, sizes))
            self.shapes[self._library.tensor_name(tensor).decode()] = tuple(sizes)
        self._viewed = False

        def viewed():
            self._viewed = True

        value = self._handle.value
        #: Weights and their last gradients by name: views to read and to write.
        self.weights = _Tensors(self, lambda i: self._library.weight(value, i), viewed)
        self.gradients = _Tensors(self, lambda i: self._library.gradient(value, i))

    def state(self, number=0):
        """The optimiser's state by weights' names: 0 the velocity or mean, 1 the mean square."""
        value = self._handle.value
        return _Tensors(self, lambda i: self._library.state(value, i, number))

    def _call(self, name, *arguments):
        return self._library.checked(getattr(self._library, name)(self._handle.value, *arguments))

    def load(self, path):
        """Reads all weights of a safetensors file."""
        self._call("load", os.fsencode(path))

    def save(self, path):
        """Writes all weights to a safetensors file."""
        self._call("save", os.fsencode(path))

    def set_data(self, path):
        """Names the file that a task of data draws from, for all models of this library."""
        self._library.checked(self._library.set_data(os.fsencode(path)))

    # --- batches ---

    def draw(self, count, first=0, stream="training"):
        """The windows first .. first + count - 1 of the task, for "training" or "evaluation"."""
        if stream not in _STREAMS:
            raise Error(f"there is no stream {stream!r}: 'training' and 'evaluation'")
        if count < 1:
            raise Error(f"{count} windows, expected at least 1")
        batch = Batch(np.empty((count, self.context + 1), np.int32),
                      *(np.empty((count, self.context), np.int32) for _ in range(2)))
        self._call("draw", _STREAMS[stream], first, count, *(array.ctypes.data for array in batch))
        return batch

    def _compute(self, function, symbols, controls, targets):
        def integers(name, array, columns, rows=None):
            if array is None:
                return None
            given = np.asarray(array)
            if given.dtype.kind not in "iu" or given.ndim != 2 or given.shape[1] != columns or (
                    rows is not None and given.shape[0] != rows):
                raise Error(f"{name}: expected integers of the shape "
                            f"[{'count' if rows is None else rows}, {columns}], not "
                            f"{given.dtype} {list(given.shape)}")
            # What does not fit 32 bits is no symbol either. Bounds beyond those of the given type are
            # none, and NumPy 2 refuses them.
            most, bounds = np.iinfo(np.int32), np.iinfo(given.dtype)
            return np.ascontiguousarray(np.clip(given, max(most.min, bounds.min),
                                                min(most.max, bounds.max)), np.int32)

        symbols = integers("symbols", symbols, self.context + 1)
        if symbols is None:
            raise Error("symbols: expected integers, not None")
        count = len(symbols)
        arrays = [symbols, integers("controls", controls, self.context, count),
                  integers("targets", targets, self.context, count)]
        logits = np.empty((count, self.positions, self.symbols), self.dtype)
        loss = ctypes.c_double()
        self._call(function, *(None if array is None else array.ctypes.data for array in arrays),
                   count, logits.ctypes.data, ctypes.byref(loss))
        return loss.value, logits

    def forward(self, symbols, controls=None, targets=None):
        """Loss and logits [count, positions, symbols] of the windows symbols [count, context + 1] and
        controls [count, context]; targets only of a task that leaves positions out."""
        return self._compute("forward", symbols, controls, targets)

    def backward(self, symbols, controls=None, targets=None):
        """The same, and the gradient of the loss by every weight in `gradients`."""
        return self._compute("gradients", symbols, controls, targets)

    def update(self):
        """One step of the declared optimiser by the gradients as they are."""
        self._call("update")

    def train(self, steps):
        """Steps of the declared protocol on fresh windows of the task, bit for bit those of
        `./model train`. Returns their mean loss."""
        loss = ctypes.c_double()
        self._call("train", steps, ctypes.byref(loss))
        return loss.value

    @property
    def steps(self):
        """Updates done; may be set, to go on with a schedule from saved weights and states."""
        return self._library.steps(self._handle.value)

    @steps.setter
    def steps(self, steps):
        self._call("set_steps", steps)

    def evaluate(self, windows=10000):
        """Loss, accuracy at the last position and over all, on windows of the evaluation stream."""
        results = [ctypes.c_double() for _ in range(3)]
        self._call("evaluate", windows, *(ctypes.byref(result) for result in results))
        return dict(zip(("loss", "accuracy", "accuracy_all"), (r.value for r in results)))

    # --- token by token ---

    def reset(self):
        """Empties the window of tokens."""
        self._library.reset(self._handle.value)

    def push(self, symbol=None, control=None):
        """Adds the newest token. `control` is the name or the number of a control token."""
        if isinstance(control, str):
            names = self.controls
            if control not in names:
                raise Error(f"there is no control token {control!r}: the model has "
                            f"{', '.join(names) or 'none'}")
            control = names.index(control)
        self._call("push", -1 if symbol is None else int(symbol),
                   -1 if control is None else int(control))

    @property
    def controls(self):
        """The names of the control tokens; a token's place is its number."""
        return self.info["task"].get("controls", [])

    def predict(self):
        """The most probable next symbol."""
        return self._predict(None)

    def probabilities(self):
        """The probability of every symbol to be the next one."""
        shares = np.empty(self.symbols, self.dtype)
        self._predict(shares.ctypes.data)
        return shares

    def _predict(self, shares):
        if self._viewed:  # whoever has a view may have written to it
            self._library.weights_changed(self._handle.value)
        return self._call("predict", shares)


def load(library, weights: Optional[str] = None, seed=1, batch=0, threads=0):
    """Opens a model of a shared library made by `iarcc --emit=library`.

    weights  a safetensors file; None: the declared initialisation by `seed`
    seed     also decides what the task draws
    batch    windows of a training step, and the most that are computed at once; 0: as declared
    threads  0: the cores of the process; results do not depend on it
    """
    return Model(library, weights, seed, batch, threads)


def compile(source, weights: Optional[str] = None, seed=1, batch=0, threads=0, *, options=(),
            iarcc=None):
    """Compiles an .iarc file and opens the model. `options` are those of iarcc, such as
    ["-D", "layers=6", "--precision=f64"]; `iarcc` is the compiler, else the one on PATH."""
    compiler = iarcc or shutil.which("iarcc")
    if not compiler:
        raise Error("there is no iarcc on PATH\nhint: name it, compile(..., iarcc='/path/to/iarcc')")
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "libmodel.so")
        command = [os.fspath(compiler), "--emit=library", os.fspath(source), "-o", library, *options]
        try:
            run = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        except OSError as error:
            raise Error(f"cannot run '{compiler}': {error.strerror}") from None
        if run.returncode:
            raise Error(run.stderr.strip() or f"{compiler} ended with status {run.returncode}")
        return load(library, weights, seed, batch, threads)

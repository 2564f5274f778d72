"""A vector type for numba: the values of sixteen cases, worked on side by side.

Lanes are kept in flat arrays, the sixteen cases of one time point next to each other.
They add, subtract, multiply, divide and combine bitwise with the usual operators, as
floats of single or double precision or as integers; whatever the
width of the machine's registers, the compiler spreads sixteen lanes evenly over them.
With numba's JIT switched off, the same functions work on NumPy arrays.
"""

from __future__ import annotations

__all__ = [
    "LANES",
    "float_of",
    "fraction",
    "greater",
    "load",
    "magnitude",
    "mask",
    "maximum",
    "mean",
    "minimum",
    "narrowed",
    "root",
    "splat",
    "store",
    "widened",
    "zeros",
]

import operator

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic, models, overload, register_model

LANES = 16
_WITHOUT_SIGN = 0x7FFFFFFF

if config.DISABLE_JIT:

    def load(array, index):
        """Load the lanes of a time point from a flat array of floats."""
        return array[index : index + LANES].copy()

    def store(array, index, lanes):
        """Store lanes at a time point of a flat array."""
        array[index : index + LANES] = lanes

    def splat(value):
        """Give every lane the same float."""
        return np.full(LANES, value, np.asarray(value).dtype)

    def zeros():
        """Give every lane the integer zero."""
        return np.zeros(LANES, np.int32)

    def greater(lanes, limits):
        """Compare lanes with limits: -1, which is all bits set, for yes, 0 for no."""
        return -(lanes > limits).astype(np.int32)

    def mask(lanes, bits):
        """Keep the floats where all bits are set; 0 elsewhere."""
        return np.where(bits != 0, lanes, np.float32(0))

    def float_of(bits):
        """Reinterpret the bits of an integer as a float."""
        return np.int32(bits).view(np.float32)

    def fraction(lanes, whole):
        """Divide integers by one number; by 1 if it is 0."""
        return (lanes / np.float64(max(whole, 1))).astype(np.float32)

    def mean(totals, counts, whole, otherwise):
        """Divide floats by counts times one number; give a value where nothing is."""
        divisors = np.maximum(counts, 1) * np.float64(whole)
        return np.where(counts > 0, totals / divisors, otherwise).astype(np.float32)

    def widened(lanes):
        """Give floats double precision."""
        return lanes.astype(np.float64)

    def narrowed(lanes):
        """Round floats to single precision."""
        return lanes.astype(np.float32)

    magnitude, maximum, minimum, root = np.abs, np.maximum, np.minimum, np.sqrt

else:

    class _Lanes(types.Type):
        def __init__(self, element, vector):
            self.vector = vector
            super().__init__(name=f"lanes of {element}")

    _floats = _Lanes("float32", ir.VectorType(ir.FloatType(), LANES))
    _doubles = _Lanes("float64", ir.VectorType(ir.DoubleType(), LANES))
    _ints = _Lanes("int32", ir.VectorType(ir.IntType(32), LANES))

    @register_model(_Lanes)
    class _LanesModel(models.PrimitiveModel):
        def __init__(self, manager, lanes):
            super().__init__(manager, lanes, lanes.vector)

    def _place(context, builder, signature, args, vector):
        """Pointer to the lanes at an index, the second argument, of an array."""
        array = context.make_array(signature.args[0])(context, builder, args[0])
        place = builder.gep(array.data, [args[1]])
        return builder.bitcast(place, vector.as_pointer())

    def _spread(builder, value, vector):
        """Give every lane of a vector the same value."""
        nothing = ir.Constant(vector, ir.Undefined)
        one = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
        return builder.shuffle_vector(
            one, nothing, ir.Constant(_ints.vector, [0] * LANES)
        )

    @intrinsic
    def load(typing, array, index):
        """Load the lanes of a time point from a flat float32 array."""

        def emit(context, builder, signature, args):
            place = _place(context, builder, signature, args, _floats.vector)
            return builder.load(place, align=4)

        return _floats(array, types.uint64), emit

    @intrinsic
    def store(typing, array, index, lanes):
        """Store lanes at a time point of a flat array."""

        def emit(context, builder, signature, args):
            place = _place(context, builder, signature, args, lanes.vector)
            builder.store(args[2], place, align=4)
            return context.get_dummy_value()

        return types.void(array, types.uint64, lanes), emit

    @intrinsic
    def splat(typing, value):
        """Give every lane the same float."""
        lanes = _doubles if value == types.float64 else _floats

        def emit(context, builder, signature, args):
            return _spread(builder, args[0], lanes.vector)

        return lanes(value), emit

    @intrinsic
    def widened(typing, lanes):
        """Give floats double precision."""

        def emit(context, builder, signature, args):
            return builder.fpext(args[0], _doubles.vector)

        return _doubles(_floats), emit

    @intrinsic
    def narrowed(typing, lanes):
        """Round floats to single precision."""

        def emit(context, builder, signature, args):
            return builder.fptrunc(args[0], _floats.vector)

        return _floats(_doubles), emit

    @intrinsic
    def root(typing, lanes):
        """Take the square root of each lane."""

        def emit(context, builder, signature, args):
            kind = ir.FunctionType(_doubles.vector, [_doubles.vector])
            name = f"llvm.sqrt.v{LANES}f64"
            of = builder.module.declare_intrinsic(name, fnty=kind)
            return builder.call(of, args)

        return _doubles(_doubles), emit

    @intrinsic
    def zeros(typing):
        """Give every lane the integer zero."""

        def emit(context, builder, signature, args):
            return ir.Constant(_ints.vector, [0] * LANES)

        return _ints(), emit

    @intrinsic
    def float_of(typing, bits):
        """Reinterpret the bits of an integer as a float."""

        def emit(context, builder, signature, args):
            return builder.bitcast(args[0], ir.FloatType())

        return types.float32(types.int32), emit

    @intrinsic
    def fraction(typing, lanes, whole):
        """Divide integers by one number; by 1 if it is 0."""

        def emit(context, builder, signature, args):
            one = ir.Constant(args[1].type, 1)
            empty = builder.icmp_signed("<", args[1], one)
            whole = builder.sitofp(builder.select(empty, one, args[1]), ir.DoubleType())
            exact = ir.VectorType(ir.DoubleType(), LANES)
            quotient = builder.fdiv(
                builder.sitofp(args[0], exact), _spread(builder, whole, exact)
            )
            return builder.fptrunc(quotient, _floats.vector)

        return _floats(_ints, types.int64), emit

    @intrinsic
    def mean(typing, totals, counts, whole, otherwise):
        """Divide floats by counts times one number; give a value where nothing is."""

        def emit(context, builder, signature, args):
            exact = ir.VectorType(ir.DoubleType(), LANES)
            whole = builder.sitofp(args[2], ir.DoubleType())
            divisors = builder.fmul(
                builder.sitofp(args[1], exact), _spread(builder, whole, exact)
            )
            quotient = builder.fdiv(builder.fpext(args[0], exact), divisors)
            nothing = builder.icmp_signed(
                "<", args[1], ir.Constant(_ints.vector, [1] * LANES)
            )
            found = builder.fptrunc(quotient, _floats.vector)
            return builder.select(
                nothing, _spread(builder, args[3], _floats.vector), found
            )

        return _floats(_floats, _ints, types.int64, types.float32), emit

    @intrinsic
    def greater(typing, lanes, limits):
        """Compare lanes with limits: -1, which is all bits set, for yes, 0 for no."""

        def emit(context, builder, signature, args):
            return builder.sext(builder.fcmp_ordered(">", *args), _ints.vector)

        return _ints(_floats, _floats), emit

    @intrinsic
    def mask(typing, lanes, bits):
        """Keep the floats where all bits are set; 0 elsewhere."""

        def emit(context, builder, signature, args):
            bits = builder.bitcast(args[0], _ints.vector)
            return builder.bitcast(builder.and_(bits, args[1]), _floats.vector)

        return _floats(_floats, _ints), emit

    @intrinsic
    def magnitude(typing, lanes):
        """Take the absolute value of each lane."""

        def emit(context, builder, signature, args):
            bits = builder.bitcast(args[0], _ints.vector)
            mask = ir.Constant(_ints.vector, [_WITHOUT_SIGN] * LANES)
            return builder.bitcast(builder.and_(bits, mask), _floats.vector)

        return _floats(_floats), emit

    def _of_two(on_floats, on_ints):
        @intrinsic
        def function(typing, a, b):
            def emit(context, builder, signature, args):
                on_lanes = on_ints if a is _ints else on_floats
                return on_lanes(builder, *args)

            return a(a, b), emit

        return function

    def _pick(comparison):
        def floats(builder, a, b):
            return builder.select(builder.fcmp_ordered(comparison, a, b), a, b)

        def ints(builder, a, b):
            return builder.select(builder.icmp_signed(comparison, a, b), a, b)

        return _of_two(floats, ints)

    maximum, minimum = _pick(">"), _pick("<")

    def _operator(symbol, on_floats, on_ints):
        function = _of_two(on_floats, on_ints)

        def named(a, b):
            return function(a, b)

        # Or compiled code of another operator could be taken for it, see `jit_closure`.
        named.__name__ = named.__qualname__ = f"lanes_{symbol.__name__}"

        @overload(symbol)
        def implementation(a, b):
            if isinstance(a, _Lanes) and isinstance(b, _Lanes):
                return named
            return None

    _operator(operator.add, ir.IRBuilder.fadd, ir.IRBuilder.add)
    _operator(operator.sub, ir.IRBuilder.fsub, ir.IRBuilder.sub)
    _operator(operator.mul, ir.IRBuilder.fmul, ir.IRBuilder.mul)
    _operator(operator.truediv, ir.IRBuilder.fdiv, None)
    _operator(operator.and_, None, ir.IRBuilder.and_)

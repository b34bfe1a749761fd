using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Internals;

/// <summary>Zeroed memory that starts on a line of its own and shares none of its lines with other objects.</summary>
/// <remarks>
/// SAFETY: the memory is a pinned managed array, so its address is fixed for as long as this object lives, and it is freed by the garbage
/// collector, never early. Alignment is computed from the pinned address once.
/// </remarks>
/// <typeparam name="T">A type without references.</typeparam>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    /// <summary>Two 64-byte lines: processors prefetch lines in pairs.</summary>
    private const int Alignment = 128;

    private readonly byte[] _memory;
    private readonly int _offset;
    private readonly int _length;

    /// <param name="length">Number of elements, at least 1.</param>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int bytes = checked(length * Unsafe.SizeOf<T>());
        int padded = checked((bytes + Alignment - 1) & ~(Alignment - 1));
        _memory = GC.AllocateArray<byte>(checked(padded + Alignment), pinned: true);
        nuint start = AddressOf(ref MemoryMarshal.GetArrayDataReference(_memory));
        _offset = (int)((Alignment - (start & (Alignment - 1))) & (Alignment - 1));
        _length = length;
    }

    public int Length => _length;

    public Span<T> Span => MemoryMarshal.CreateSpan(ref First, _length);

    /// <summary>Where the first element is. It never moves; it is good for as long as this object is reachable.</summary>
    public nuint Address => AddressOf(ref Unsafe.As<T, byte>(ref First));

    /// <summary>The first element, at an address divisible by 128.</summary>
    public ref T First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_memory), _offset));
    }

    private static unsafe nuint AddressOf(ref byte pinned) => (nuint)Unsafe.AsPointer(ref pinned);
}

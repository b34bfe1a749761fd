using System.Buffers;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Server.Http;

/// <summary>An answer under construction, in a buffer of the thread's own that grows and is used again.</summary>
/// <remarks>To be written out before anything is awaited: the next answer of the thread overwrites it.</remarks>
internal sealed class JsonText : IBufferWriter<byte>
{
    private const int Initial = 4096;

    // A larger one, from a large batch, is let go.
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static JsonText? t_current;

    private byte[] _buffer = new byte[Initial];
    private int _length;

    /// <summary>The thread's, empty.</summary>
    public static JsonText Start()
    {
        JsonText text = t_current ??= new JsonText();
        if (text._buffer.Length > LargestKept)
        {
            text._buffer = new byte[Initial];
        }

        text._length = 0;
        return text;
    }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public int Length => _length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        GetSpan(1)[0] = value;
        _length++;
    }

    public void Advance(int count) => _length += count;

    /// <summary>Takes back the last bytes.</summary>
    public void Retreat(int count) => _length -= count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_buffer.Length - _length < Math.Max(sizeHint, 1))
        {
            Grow(sizeHint);
        }

        return _buffer.AsSpan(_length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _ = GetSpan(sizeHint);
        return _buffer.AsMemory(_length);
    }

    private void Grow(int sizeHint) => Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, checked(_length + sizeHint)));
}

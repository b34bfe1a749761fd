using System.Buffers;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>The beginning of a command whose rest has not come yet, in one piece. It takes memory only while there is one.</summary>
internal sealed class PendingInput
{
    private byte[] _bytes = [];
    private int _length;

    public bool IsEmpty => _length == 0;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Puts bytes behind those that are there.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        int length = checked((int)bytes.Length);
        bytes.CopyTo(Room(length));
        _length += length;
    }

    /// <inheritdoc cref="Append(in ReadOnlySequence{byte})"/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            bytes.CopyTo(Room(bytes.Length));
            _length += bytes.Length;
        }
    }

    /// <summary>Takes bytes away at the beginning.</summary>
    public void RemoveFirst(int length)
    {
        if (length == _length)
        {
            Clear();
        }
        else if (length > 0)
        {
            _bytes.AsSpan(length, _length - length).CopyTo(_bytes);
            _length -= length;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Clear()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        _length = 0;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            byte[] grown = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + length), 2 * _length));
            _bytes.AsSpan(0, _length).CopyTo(grown);
            if (_bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }

            _bytes = grown;
        }

        return _bytes.AsSpan(_length);
    }
}

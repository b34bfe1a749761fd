using System.Buffers;
using HoloLoom.Fast.Cli.Terminal;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>A byte buffer in front of a stream. Formatters write into it; it empties itself when full.</summary>
internal sealed class OutputBuffer(Stream stream) : IBufferWriter<byte>
{
    private const int Size = 256 * 1024;

    private byte[] _buffer = new byte[Size];
    private int _length;

    /// <summary>Room for at least <paramref name="sizeHint"/> bytes, to be followed by <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public void Advance(int count) => _length += count;

    public void Write(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
        {
            Flush();
            if (bytes.Length > _buffer.Length)
            {
                WriteThrough(bytes);
                return;
            }
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Hands everything to the stream.</summary>
    /// <exception cref="ClosedPipeException">The reader has gone.</exception>
    /// <exception cref="CliException">The write failed for another reason.</exception>
    public void Flush()
    {
        // Emptied first: what a failed write had is not to be written again when the program ends.
        int length = _length;
        _length = 0;
        if (length > 0)
        {
            WriteThrough(_buffer.AsSpan(0, length));
        }
    }

    private void Reserve(int count)
    {
        if (Math.Max(count, 1) <= _buffer.Length - _length)
        {
            return;
        }

        Flush();
        if (count > _buffer.Length)
        {
            Array.Resize(ref _buffer, count);
        }
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
            stream.Flush();
        }
        catch (IOException exception) when (StandardOutput.IsClosedPipe(exception))
        {
            throw new ClosedPipeException(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException("cannot write the results", $"standard output: {exception.Message}", "Free some space, or send the output elsewhere.", exception);
        }
    }
}

/// <summary>The reader of the output has gone, as <c>head</c> does once it has enough: no error, but no reason to go on.</summary>
internal sealed class ClosedPipeException(Exception cause) : Exception("The reader of the output has closed the pipe.", cause);

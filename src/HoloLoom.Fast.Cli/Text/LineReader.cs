using System.Buffers;
using System.IO.Pipelines;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>
/// Reads a stream in batches of whole lines, laid end to end without their line ends, as a router takes a batch.
/// Memory stays constant unless a single line is longer than a batch.
/// </summary>
/// <remarks>
/// LF and CRLF end a line; a last line needs neither. A UTF-8 byte order mark at the start of the stream is dropped. Every other
/// byte is content.
/// </remarks>
internal sealed class LineReader(Stream stream, string name)
{
    /// <summary>The most lines in a batch.</summary>
    public const int MaxLines = 4096;

    private const int BlockSize = 256 * 1024;

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BlockSize, minimumReadSize: BlockSize / 4));
    private readonly int[] _offsets = new int[MaxLines + 1];
    private byte[] _text = new byte[2 * BlockSize];
    private int _length;
    private long _linesBefore;
    private ReadOnlySequence<byte> _block;
    private bool _holdsBlock;
    private bool _ended;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>What the stream is called in messages.</summary>
    public string Name => name;

    /// <summary>How many lines the batch has.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the batch's first line, from 1.</summary>
    public long FirstLine => _linesBefore + 1;

    /// <summary>How many bytes of the stream have been taken.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The lines, end to end.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _offsets[Count]);

    /// <summary>Where each line starts in <see cref="Text"/>, and where the last one ends: <see cref="Count"/> + 1 numbers.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, Count + 1);

    /// <summary>One line of the batch.</summary>
    public ReadOnlySpan<byte> this[int line] => _text.AsSpan(_offsets[line].._offsets[line + 1]);

    /// <summary>Reads the next batch. It is shorter than the maximum where the stream has no more to give at once.</summary>
    /// <param name="stop">Ends the wait for a slow stream.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="OperationCanceledException">Stopped; lines that were not returned are left.</exception>
    /// <exception cref="CliException">The stream cannot be read, or a line is too long.</exception>
    public bool Read(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        DropBatch();
        while (true)
        {
            TakeLines();
            if (Count == MaxLines || (Count > 0 && (_length >= BlockSize || _block.IsEmpty)))
            {
                return true;
            }

            if (_ended)
            {
                return TakeLastLine();
            }

            ReadBlock(stop);
        }
    }

    // What follows the batch is the start of its next line.
    private void DropBatch()
    {
        int end = _offsets[Count];
        _text.AsSpan(end.._length).CopyTo(_text);
        _length -= end;
        _linesBefore += Count;
        Count = 0;
        _offsets[0] = 0;
    }

    private void TakeLines()
    {
        while (!_block.IsEmpty && Count < MaxLines && (Count == 0 || _length < BlockSize))
        {
            ReadOnlySpan<byte> rest = _block.FirstSpan;
            int end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                Append(rest);
                _block = _block.Slice(rest.Length);
                continue;
            }

            Append(rest[..end]);
            _block = _block.Slice(end + 1);
            if (_length > _offsets[Count] && _text[_length - 1] == '\r')
            {
                _length--;
            }

            EndLine();
        }
    }

    private bool TakeLastLine()
    {
        if (_length == 0 || (_linesBefore == 0 && _text.AsSpan(0, _length).SequenceEqual(ByteOrderMark)))
        {
            return false;
        }

        EndLine();
        return true;
    }

    private void EndLine()
    {
        if (Count == 0 && _linesBefore == 0 && _text.AsSpan(0, _length).StartsWith(ByteOrderMark))
        {
            _offsets[0] = ByteOrderMark.Length;
        }

        _offsets[++Count] = _length;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _text.Length - _length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(_text.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Grow(int count)
    {
        long needed = (long)_length + count;
        if (needed > Array.MaxLength)
        {
            throw new CliException("a line is too long", $"{name}:{FirstLine + Count}: over {Array.MaxLength} bytes", "Split it; a line is one query.");
        }

        Array.Resize(ref _text, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _text.Length)));
    }

    private void ReadBlock(CancellationToken stop)
    {
        if (_holdsBlock)
        {
            _holdsBlock = false;
            _pipe.AdvanceTo(_block.End);
        }

        try
        {
            // A blocked read of a pipe or terminal cannot be cancelled; it is left behind instead.
            Task<ReadResult> read = _pipe.ReadAsync(CancellationToken.None).AsTask();
            Task.WaitAny([read], stop);
            ReadResult result = read.GetAwaiter().GetResult();
            _block = result.Buffer;
            _holdsBlock = true;
            _ended = result.IsCompleted;
            BytesRead += _block.Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException("cannot read", $"{name}: {exception.Message}", "Check the file and its permissions.", exception);
        }
    }
}

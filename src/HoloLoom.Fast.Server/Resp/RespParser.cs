using System.Buffers;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>What the parser found at the beginning of its input.</summary>
internal enum ParseStatus
{
    /// <summary>The beginning of a command; more input is needed.</summary>
    Incomplete,

    /// <summary>A whole command.</summary>
    Command,

    /// <summary>Something that is no command; what follows cannot be understood.</summary>
    Error,
}

/// <summary>
/// Reads commands: arrays of bulk strings, or lines of text (RESP, redis.io/docs/reference/protocol-spec). It is fed contiguous bytes that
/// begin where the last command ended. Fed a command in pieces, it goes on where it stopped, so that a command costs the same however it
/// is torn; the pieces that it has seen must then lie in front of the new ones, as they were.
/// </summary>
internal sealed class RespParser
{
    // An announced length with its sign and CR LF has at most 22 bytes.
    private const int MaxLengthLine = 32;
    private const int FewArguments = 8;

    private ArgumentRange[] _arguments = new ArgumentRange[FewArguments];
    private byte[] _line = [];

    // Of the command under way: the announced arguments (0: the announcement is not read), those that are read, and where the next begins.
    private int _announced;
    private int _count;
    private int _position;

    /// <summary>Reads the command at the beginning of the input.</summary>
    /// <param name="input">All bytes since the last whole command.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="command">The command, if it is whole.</param>
    /// <param name="consumed">The bytes that it takes, if it is whole.</param>
    /// <param name="error">What is wrong, in Redis' words, if it is no command.</param>
    public ParseStatus Read(ReadOnlySpan<byte> input, in RespLimits limits, out RespCommand command, out int consumed, out string? error)
    {
        command = default;
        consumed = 0;
        error = null;
        if (_announced == 0)
        {
            if (input.IsEmpty)
            {
                return ParseStatus.Incomplete;
            }

            if (input[0] != '*')
            {
                return ReadLine(input, limits, out command, out consumed, out error);
            }

            int length = ReadLength(input[1..], out int announced);
            if (length <= 0)
            {
                error = length == 0 ? null : LengthError(length, "invalid multibulk length", "too big mbulk count string");
                return length == 0 ? ParseStatus.Incomplete : ParseStatus.Error;
            }

            if (announced <= 0)
            {
                consumed = 1 + length;
                return ParseStatus.Command;
            }

            if (announced > limits.MaxArguments)
            {
                error = limits.Authenticated ? "invalid multibulk length" : "unauthenticated multibulk length";
                return ParseStatus.Error;
            }

            (_announced, _count, _position) = (announced, 0, 1 + length);
            if (announced > _arguments.Length)
            {
                Grow(Math.Min(announced, FewArguments * FewArguments));
            }
        }

        return ReadArguments(input, limits, out command, out consumed, out error);
    }

    /// <summary>Forgets the command under way, which will be read from its beginning.</summary>
    public void Restart() => (_announced, _count, _position) = (0, 0, 0);

    /// <summary>Gives back what a large command took.</summary>
    public void Trim()
    {
        if (_arguments.Length > FewArguments && _announced == 0)
        {
            ArrayPool<ArgumentRange>.Shared.Return(_arguments);
            _arguments = new ArgumentRange[FewArguments];
        }

        if (_line.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_line);
            _line = [];
        }
    }

    private ParseStatus ReadArguments(ReadOnlySpan<byte> input, in RespLimits limits, out RespCommand command, out int consumed, out string? error)
    {
        command = default;
        consumed = 0;
        error = null;
        int position = _position;
        while (_count < _announced)
        {
            if (position >= input.Length)
            {
                break;
            }

            if (input[position] != '$')
            {
                error = $"expected '$', got '{(char)input[position]}'";
                return ParseStatus.Error;
            }

            int line = ReadLength(input[(position + 1)..], out int length);
            if (line <= 0)
            {
                if (line == 0)
                {
                    break;
                }

                error = LengthError(line, "invalid bulk length", "too big bulk count string");
                return ParseStatus.Error;
            }

            if ((uint)length > (uint)limits.MaxBulkLength)
            {
                error = limits.Authenticated || length < 0 ? "invalid bulk length" : "unauthenticated bulk length";
                return ParseStatus.Error;
            }

            int start = position + 1 + line;
            if (length > limits.MaxCommandLength - 2 - start)
            {
                error = "too big request";
                return ParseStatus.Error;
            }

            int end = start + length;
            if (input.Length - end < 2)
            {
                break;
            }

            if (input[end] != '\r' || input[end + 1] != '\n')
            {
                error = "expected CRLF after bulk string";
                return ParseStatus.Error;
            }

            if (_count == _arguments.Length)
            {
                Grow(Math.Min(_announced, 2 * _count));
            }

            _arguments[_count++] = new ArgumentRange(start, length);
            position = end + 2;
        }

        _position = position;
        if (_count < _announced)
        {
            return ParseStatus.Incomplete;
        }

        command = new RespCommand(input, _arguments.AsSpan(0, _count));
        consumed = position;
        _announced = 0;
        _position = 0;
        return ParseStatus.Command;
    }

    private ParseStatus ReadLine(ReadOnlySpan<byte> input, in RespLimits limits, out RespCommand command, out int consumed, out string? error)
    {
        command = default;
        consumed = 0;
        error = null;

        // Of a line that was torn, the pieces that were seen hold no end.
        int end = input[_position..].IndexOf((byte)'\n');
        end = end < 0 ? end : end + _position;
        if (end > limits.MaxInlineLength || (end < 0 && input.Length > limits.MaxInlineLength))
        {
            error = "too big inline request";
            return ParseStatus.Error;
        }

        if (end < 0)
        {
            _position = input.Length;
            return ParseStatus.Incomplete;
        }

        _position = 0;
        consumed = end + 1;
        ReadOnlySpan<byte> line = input[..end];
        line = line is [.., (byte)'\r'] ? line[..^1] : line;
        if (_line.Length < line.Length)
        {
            Trim();
            _line = ArrayPool<byte>.Shared.Rent(line.Length);
        }

        _count = 0;
        var splitter = new LineSplitter(line, _line);
        while (splitter.TryNext(out ArgumentRange argument))
        {
            if (_count == limits.MaxArguments)
            {
                error = "too many arguments in inline request";
                return ParseStatus.Error;
            }

            if (_count == _arguments.Length)
            {
                Grow(2 * _count);
            }

            _arguments[_count++] = argument;
        }

        if (splitter.IsUnbalanced)
        {
            error = "unbalanced quotes in request";
            return ParseStatus.Error;
        }

        command = new RespCommand(_line, _arguments.AsSpan(0, _count));
        return ParseStatus.Command;
    }

    // A number, CR and LF at the beginning of the text: how many bytes they take; 0 if more are needed, -1 if it is no number, -2 if no
    // number is that long. Beyond the range of int the number is int.MaxValue or negative, which no limit allows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadLength(ReadOnlySpan<byte> text, out int value)
    {
        uint number = 0;
        int i = 0;
        for (; i < text.Length && i < 9; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit > 9)
            {
                break;
            }

            number = (number * 10) + digit;
        }

        if (i > 0 && text.Length - i >= 2 && text[i] == '\r' && text[i + 1] == '\n' && (text[0] != '0' || i == 1))
        {
            value = (int)number;
            return i + 2;
        }

        return ReadOtherLength(text, out value);
    }

    private static int ReadOtherLength(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        int end = text[..Math.Min(text.Length, MaxLengthLine)].IndexOf((byte)'\r');
        if (end < 0)
        {
            return text.Length < MaxLengthLine ? 0 : -2;
        }

        if (end + 1 == text.Length)
        {
            return 0;
        }

        ReadOnlySpan<byte> number = text[..end];
        bool negative = number is [(byte)'-', ..];
        ReadOnlySpan<byte> digits = negative ? number[1..] : number;
        if (text[end + 1] != '\n' || digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') || (digits[0] == '0' && number.Length > 1))
        {
            return -1;
        }

        value = negative ? -1 : digits.Length <= 10 && long.Parse(digits) <= int.MaxValue ? int.Parse(digits) : int.MaxValue;
        return end + 2;
    }

    private static string LengthError(int length, string malformed, string tooLong) => length == -1 ? malformed : tooLong;

    private void Grow(int size)
    {
        ArgumentRange[] grown = ArrayPool<ArgumentRange>.Shared.Rent(size);
        _arguments.AsSpan(0, _count).CopyTo(grown);
        if (_arguments.Length > FewArguments)
        {
            ArrayPool<ArgumentRange>.Shared.Return(_arguments);
        }

        _arguments = grown;
    }
}

using System.Globalization;
using System.Text;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>The readable twin of the parser: it reads from the beginning each time, byte by byte, and makes what it likes.</summary>
internal sealed class ParserTwin(byte[] input, RespLimits limits)
{
    private int _position;

    private sealed class NeedsMore : Exception;

    private sealed class Malformed(string message) : Exception(message);

    /// <summary>All commands of the input, and what is wrong with what follows them, if anything is.</summary>
    public static (List<string[]> Commands, string? Error, int Consumed) ReadAll(byte[] input, RespLimits limits)
    {
        var commands = new List<string[]>();
        var twin = new ParserTwin(input, limits);
        int consumed = 0;
        try
        {
            while (twin._position < input.Length)
            {
                commands.Add(twin.ReadCommand());
                consumed = twin._position;
            }

            return (commands, null, consumed);
        }
        catch (NeedsMore)
        {
            return (commands, null, consumed);
        }
        catch (Malformed malformed)
        {
            return (commands, malformed.Message, consumed);
        }
    }

    private string[] ReadCommand()
    {
        if (input[_position] != '*')
        {
            return ReadLine();
        }

        int start = _position++;
        long count = ReadNumber("invalid multibulk length", "too big mbulk count string");
        if (count <= 0)
        {
            return [];
        }

        if (count > limits.MaxArguments)
        {
            throw new Malformed(limits.Authenticated ? "invalid multibulk length" : "unauthenticated multibulk length");
        }

        var arguments = new string[count];
        for (int i = 0; i < count; i++)
        {
            byte type = Next();
            if (type != '$')
            {
                throw new Malformed($"expected '$', got '{(char)type}'");
            }

            long length = ReadNumber("invalid bulk length", "too big bulk count string");
            if (length < 0 || length > limits.MaxBulkLength)
            {
                throw new Malformed(length < 0 || limits.Authenticated ? "invalid bulk length" : "unauthenticated bulk length");
            }

            if (_position - start + length + 2 > limits.MaxCommandLength)
            {
                throw new Malformed("too big request");
            }

            if (input.Length - _position < length + 2)
            {
                throw new NeedsMore();
            }

            arguments[i] = Encoding.Latin1.GetString(input, _position, (int)length);
            _position += (int)length;
            if (Next() != '\r' | Next() != '\n')
            {
                throw new Malformed("expected CRLF after bulk string");
            }
        }

        return arguments;
    }

    private byte Next() => _position < input.Length ? input[_position++] : throw new NeedsMore();

    private long ReadNumber(string malformed, string tooLong)
    {
        var text = new StringBuilder();
        while (true)
        {
            if (text.Length == 32)
            {
                throw new Malformed(tooLong);
            }

            byte next = Next();
            if (next == '\r')
            {
                break;
            }

            text.Append((char)next);
        }

        string number = text.ToString();
        bool isNumber = decimal.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value)
            && number == value.ToString(CultureInfo.InvariantCulture) && number != "-0";
        if (Next() != '\n' || !isNumber)
        {
            // Numbers that even decimal has no room for are numbers all the same, if too large for anything.
            bool enormous = number.TrimStart('-') is { Length: > 20 } digits && digits.All(char.IsAsciiDigit) && digits[0] != '0' && number.Length - digits.Length <= 1;
            return enormous && input[_position - 1] == '\n' ? (number[0] == '-' ? -1 : long.MaxValue) : throw new Malformed(malformed);
        }

        return value < 0 ? -1 : value > int.MaxValue ? int.MaxValue : (long)value;
    }

    private string[] ReadLine()
    {
        int end = Array.IndexOf(input, (byte)'\n', _position);
        int length = (end < 0 ? input.Length : end) - _position;
        if (length > limits.MaxInlineLength)
        {
            throw new Malformed("too big inline request");
        }

        if (end < 0)
        {
            throw new NeedsMore();
        }

        string line = Encoding.Latin1.GetString(input, _position, length);
        _position = end + 1;
        return Split(line.EndsWith('\r') ? line[..^1] : line);
    }

    private string[] Split(string line)
    {
        const string Spaces = " \t\v\f\r\n";
        var arguments = new List<string>();
        int i = 0;
        while (true)
        {
            while (i < line.Length && Spaces.Contains(line[i]))
            {
                i++;
            }

            if (i == line.Length)
            {
                return [.. arguments];
            }

            var argument = new StringBuilder();
            while (i < line.Length && !Spaces.Contains(line[i]))
            {
                char quote = line[i++];
                if (quote is not ('"' or '\''))
                {
                    argument.Append(quote);
                    continue;
                }

                while (true)
                {
                    if (i == line.Length)
                    {
                        throw new Malformed("unbalanced quotes in request");
                    }

                    char next = line[i++];
                    if (next == quote)
                    {
                        break;
                    }

                    if (next == '\\' && i < line.Length && (quote == '"' || line[i] == '\''))
                    {
                        char escaped = line[i++];
                        if (quote == '"' && escaped == 'x' && i + 1 < line.Length && char.IsAsciiHexDigit(line[i]) && char.IsAsciiHexDigit(line[i + 1]))
                        {
                            argument.Append((char)Convert.ToInt32(line.Substring(i, 2), 16));
                            i += 2;
                            continue;
                        }

                        int special = quote == '"' ? "nrtba".IndexOf(escaped) : -1;
                        argument.Append(special < 0 ? escaped : "\n\r\t\b\a"[special]);
                        continue;
                    }

                    argument.Append(next);
                }

                if (i < line.Length && !Spaces.Contains(line[i]))
                {
                    throw new Malformed("unbalanced quotes in request");
                }
            }

            if (arguments.Count == limits.MaxArguments)
            {
                throw new Malformed("too many arguments in inline request");
            }

            arguments.Add(argument.ToString());
        }
    }
}

using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>The users' regular expressions, run one by one after the automaton. Each takes time linear in the query's length.</summary>
internal sealed class ExpressionSet(IReadOnlyList<(int Bit, Regex Regex)> expressions)
{
    private const int OnStack = 512;

    private readonly (int Bit, Regex Regex)[] _expressions = [.. expressions];

    /// <summary>Sets the bits of the expressions that match.</summary>
    public void Find(ReadOnlySpan<char> query, Span<ulong> found)
    {
        foreach ((int bit, Regex regex) in _expressions)
        {
            if (regex.IsMatch(query))
            {
                found[bit >> 6] |= 1UL << bit;
            }
        }
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{char}, Span{ulong})"/>
    public void Find(ReadOnlySpan<byte> utf8Query, Span<ulong> found)
    {
        if (utf8Query.Length <= OnStack)
        {
            // A UTF-8 text never has more UTF-16 units than bytes.
            Span<char> chars = stackalloc char[OnStack];
            int length = Encoding.UTF8.GetChars(utf8Query, chars);
            Find(chars[..length], found);
            return;
        }

        char[] rented = ArrayPool<char>.Shared.Rent(utf8Query.Length);
        try
        {
            int length = Encoding.UTF8.GetChars(utf8Query, rented);
            Find(rented.AsSpan(0, length), found);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }
}

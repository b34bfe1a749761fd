using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>Which UTF-16 units a regular expression takes for the same, ignoring case in the invariant culture.</summary>
/// <remarks>
/// For ASCII this is known: the other case of a letter, and the KELVIN SIGN for k. For other units the regex engine itself is asked, which
/// takes some milliseconds, so that the automaton folds exactly as the truth does.
/// </remarks>
internal static class CaseFolding
{
    public const char KelvinSign = '\u212A';

    private static readonly Lazy<string> s_allUnits = new(static () =>
        string.Create(char.MaxValue + 1, 0, static (units, _) =>
        {
            for (int i = 0; i < units.Length; i++)
            {
                units[i] = (char)i;
            }
        }));

    /// <summary>All units equal to the given one, itself included, in ascending order.</summary>
    public static char[] EquivalentsOf(char unit)
    {
        if (!char.IsAscii(unit) && unit != KelvinSign)
        {
            var asked = new Regex(Regex.Escape(unit.ToString()), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
            var equal = new List<char>();
            foreach (ValueMatch match in asked.EnumerateMatches(s_allUnits.Value))
            {
                equal.Add((char)match.Index);
            }

            return [.. equal];
        }

        char lower = unit == KelvinSign ? 'k' : char.ToLowerInvariant(unit);
        return lower switch
        {
            'k' => ['K', 'k', KelvinSign],
            >= 'a' and <= 'z' => [char.ToUpperInvariant(lower), lower],
            _ => [unit],
        };
    }
}

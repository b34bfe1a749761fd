using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Backends;

/// <summary>Splits text into words: runs of letters and digits, with the marks that combine with them.</summary>
internal static class Words
{
    /// <summary>The words in lower case, in order.</summary>
    public static IEnumerable<string> Of(string text)
    {
        int start = -1;
        for (int i = 0; i < text.Length;)
        {
            // Half of a surrogate pair is no rune: it leaves U+0000, which is no word and one char long.
            _ = Rune.TryGetRuneAt(text, i, out Rune rune);
            bool isWord = Rune.IsLetterOrDigit(rune) || (start >= 0 && IsMark(rune));
            if (isWord && start < 0)
            {
                start = i;
            }
            else if (!isWord && start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }

            i += rune.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            yield return text[start..].ToLowerInvariant();
        }
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}

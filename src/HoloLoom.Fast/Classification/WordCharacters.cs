using System.Collections;
using System.Globalization;

namespace HoloLoom.Fast.Classification;

/// <summary>Which UTF-16 units are word characters to <c>\b</c> in .NET: letters, non-spacing marks, decimal digits, connectors, and the two joiners.</summary>
/// <remarks>Wider than <c>\w</c> by the joiners, and without spacing marks. Surrogates, and so all supplementary characters, are not word characters.</remarks>
internal static class WordCharacters
{
    private static readonly BitArray s_isWord = Build();

    public static bool Contains(char unit) => s_isWord[unit];

    private static BitArray Build()
    {
        var isWord = new BitArray(char.MaxValue + 1);
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            isWord[unit] = unit is 0x200C or 0x200D || char.GetUnicodeCategory((char)unit) is
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or
                UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;
        }

        return isWord;
    }
}

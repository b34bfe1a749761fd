namespace HoloLoom.Fast.Backends;

/// <summary>Splits text into words: runs of letters and digits.</summary>
internal static class Words
{
    /// <summary>The words in lower case, in order.</summary>
    public static IEnumerable<string> Of(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isWord = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (isWord && start < 0)
            {
                start = i;
            }
            else if (!isWord && start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }
}

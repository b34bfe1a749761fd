namespace HoloLoom.Fast.Internals;

/// <summary>Guesses which name was meant by a misspelt one.</summary>
internal static class NearestName
{
    private const int LongestCompared = 64;

    /// <summary>The end of an error message: the name that was probably meant, or all there are.</summary>
    public static string Hint(string written, IReadOnlyCollection<string> known) =>
        Find(written, known) is string name ? $"did you mean '{name}'?" : $"known are {string.Join(", ", known)}.";

    /// <summary>The name nearest to what was written, ignoring case; null if none is near. Among equals the first.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        if (written.Length > LongestCompared)
        {
            return null;
        }

        string? nearest = null;

        // A third of the letters may be wrong; beyond that a guess misleads more than it helps.
        int limit = Math.Max(1, written.Length / 3);
        foreach (string name in known)
        {
            if (Math.Abs(name.Length - written.Length) > limit)
            {
                continue;
            }

            int distance = Distance(written, name);
            if (distance <= limit)
            {
                nearest = name;
                limit = distance - 1;
            }
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other, ignoring case.</summary>
    internal static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replaced = cost[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}

namespace HoloLoom.Fast.Tests.Classification;

/// <summary>Texts that are hard for a word matcher: fragments of patterns, boundaries of every kind, and characters that fold or join.</summary>
internal sealed class TextSource(int seed)
{
    private static readonly string[] s_fragments =
    [
        "who", "whom", "whose", "when", "where", "related", "connected", "between", "relationship", "connection", "similar", "like", "resembles", "find",
        "search", "look for", "look", "for", "compare", "comparison", "my", "mine", "i", "me", "personal", "preference", "favorite", "user", "profile",
        "recent", "latest", "today", "yesterday", "this week", "this", "week", "last week", "last", "past", "now", "current", "currently", "WHO", "Find",
        "LAST WEEK", "lik", "ke", "wh", "o", "m", "e", "loo", "k f", "or", "s", "ly",
    ];

    private static readonly string[] s_joints =
    [
        " ", "  ", "\t", "\n", "\r\n", "", ".", ",", "?", "-", "_", "'", "\"", "/", "0", "9", "\0", "\u00A0", "\u2028", "\u200C", "\u200D", "\u200B", "\u0301",
        "\u0903", "\u203F", "\u00B2", "\u0660", "\u212A", "\u0130", "\u0131", "\u017F", "\u00E9", "\u00DF", "\u0416", "\u4E2D", "\uFF21", "\uFFFD",
        "\U0001F600", "\U0001D400", "\uD800", "\uDC00", "\uDBFF\uDBFF", "|", "\\b", "İ", "ı",
    ];

    private readonly Random _random = new(seed);

    public string Next()
    {
        var text = new System.Text.StringBuilder();
        int pieces = _random.Next(9);
        for (int i = 0; i < pieces; i++)
        {
            text.Append(Pick(s_fragments)).Append(Pick(s_joints));
            if (_random.Next(4) == 0)
            {
                text.Append(Pick(s_joints));
            }

            if (_random.Next(8) == 0)
            {
                text.Append((char)_random.Next(char.MaxValue + 1));
            }
        }

        // K as KELVIN SIGN folds to k: look for, like, week …
        return _random.Next(6) == 0 ? text.Replace('k', '\u212A').ToString() : text.ToString();
    }

    /// <summary>The ASCII characters of longer texts, now and then with a long run of word characters or of others.</summary>
    public string NextAscii()
    {
        var text = new System.Text.StringBuilder();
        for (int parts = _random.Next(4); parts >= 0; parts--)
        {
            text.Append(Next());
            if (_random.Next(4) == 0)
            {
                text.Append("x _"[_random.Next(3)], _random.Next(150));
            }
        }

        return string.Concat(text.ToString().Where(char.IsAscii));
    }

    /// <summary>Bytes that are often not UTF-8: a text's encoding with bytes cut, changed or put in.</summary>
    public byte[] NextBytes()
    {
        var bytes = new List<byte>(System.Text.Encoding.UTF8.GetBytes(Next()));
        for (int damage = _random.Next(4); damage > 0 && bytes.Count > 0; damage--)
        {
            int at = _random.Next(bytes.Count);
            switch (_random.Next(3))
            {
                case 0:
                    bytes.RemoveAt(at);
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                default:
                    bytes.Insert(at, (byte)_random.Next(0x80, 0x100));
                    break;
            }
        }

        return [.. bytes];
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}

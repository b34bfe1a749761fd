using System.Text;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>The committed queries, as strings and as one buffer with offsets.</summary>
public sealed class Queries
{
    private Queries(string[] texts)
    {
        Texts = texts;
        Encoded = [.. texts.Select(Encoding.UTF8.GetBytes)];
        Utf8 = [.. Encoded.SelectMany(static bytes => bytes)];
        Offsets = new int[texts.Length + 1];
        for (int i = 0; i < texts.Length; i++)
        {
            Offsets[i + 1] = Offsets[i] + Encoded[i].Length;
        }
    }

    /// <summary>Lines of ASCII only. A fixed number of them, which benchmarks name in their OperationsPerInvoke.</summary>
    public const int AsciiCount = 243;

    /// <summary>Lines with other characters.</summary>
    public const int OtherCount = 55;

    public static Queries Ascii { get; } = new([.. Lines().Where(static line => System.Text.Ascii.IsValid(line))]);

    public static Queries Other { get; } = new([.. Lines().Where(static line => !System.Text.Ascii.IsValid(line))]);

    public string[] Texts { get; }

    public byte[][] Encoded { get; }

    public byte[] Utf8 { get; }

    public int[] Offsets { get; }

    private static string[] Lines() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "queries.txt"));
}

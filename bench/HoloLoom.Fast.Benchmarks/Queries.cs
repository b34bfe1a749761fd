using System.Globalization;
using System.Text;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>The committed queries, as strings and as one buffer with offsets.</summary>
public sealed class Queries
{
    private Queries(string name, string[] texts)
    {
        Name = name;
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

    public static Queries Ascii { get; } = new("ascii", [.. Lines().Where(static line => System.Text.Ascii.IsValid(line))]);

    public static Queries Other { get; } = new("non-ascii", [.. Lines().Where(static line => !System.Text.Ascii.IsValid(line))]);

    /// <summary>The name of the lines in query-counts.tsv, and of the category of the benchmarks that run over them.</summary>
    public string Name { get; }

    public string[] Texts { get; }

    public byte[][] Encoded { get; }

    public byte[] Utf8 { get; }

    public int[] Offsets { get; }

    /// <summary>
    /// Stops a benchmark that would time wrong answers: every query must have the type that the regular expressions find, and each type
    /// as many queries as query-counts.tsv says.
    /// </summary>
    /// <param name="queryTypes">The index of the type that each query was given.</param>
    public void Verify(IEnumerable<int> queryTypes)
    {
        var truth = new RegexClassifier(BuiltInPatterns.ByType);
        int[] found = [.. queryTypes];
        int wrong = Enumerable.Range(0, Texts.Length).FirstOrDefault(i => found[i] != truth.Classify(Texts[i]).QueryType, -1);
        if (wrong >= 0)
        {
            throw new InvalidOperationException($"'{Texts[wrong]}' was given type {found[wrong]}; the regular expressions find another.");
        }

        foreach ((QueryTypeOptions type, int index) in RouterOptions.DefaultQueryTypes.Select(static (type, index) => (type, index)))
        {
            int count = found.Count(queryType => queryType == index);
            if (count != ExpectedCount(type.Name))
            {
                throw new InvalidOperationException($"{count} {Name} queries are of type {type.Name}; query-counts.tsv expects {ExpectedCount(type.Name)}.");
            }
        }
    }

    private int ExpectedCount(string queryType) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "query-counts.tsv"))
            .Select(static line => line.Split('\t'))
            .Where(fields => fields[0] == Name && fields[1] == queryType)
            .Select(static fields => int.Parse(fields[2], CultureInfo.InvariantCulture))
            .Single();

    private static string[] Lines() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "queries.txt"));
}

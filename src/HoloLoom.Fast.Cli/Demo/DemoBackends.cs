using HoloLoom.Fast.Backends;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Cli.Demo;

/// <summary>The demo's backends: SQLite full text, and in memory a graph, vectors and recency. Each is good at something.</summary>
internal sealed class DemoBackends : IDisposable
{
    private const int Dimensions = 512;

    private readonly SqliteBackend _fullText = new("fulltext");

    public DemoBackends(DemoWorld world)
    {
        _fullText.Add(world.Documents);
        Dictionary<string, float[]> vectors = world.Documents.ToDictionary(static document => document.Id, static document => Embed(document.Text));
        DateTimeOffset newest = world.Documents.Max(static document => document.At) ?? default;
        All =
        [
            _fullText,
            new InMemoryBackend("graph", world.Documents, (query, document) => TwoSteps(query, document, world.Edges)),
            new InMemoryBackend("vector", world.Documents, (query, document) => Cosine(Embed(query), vectors[document.Id])),
            new InMemoryBackend("recency", world.Documents, (query, document) => Recency(query, document, newest)),
        ];
    }

    public IReadOnlyList<IBackend> All { get; }

    public void Dispose() => _fullText.Dispose();

    // The document of a person who is two steps from one that the query names, else of one who is one step away.
    private static double TwoSteps(string query, Document document, List<(string From, string To)> edges)
    {
        string person = document.Id.StartsWith("person-", StringComparison.Ordinal) ? document.Id["person-".Length..] : "";
        string[] named = [.. edges.Select(static edge => edge.From).Where(name => query.Contains(name, StringComparison.Ordinal))];
        string[] one = [.. edges.Where(edge => named.Contains(edge.From)).Select(static edge => edge.To)];
        string[] two = [.. edges.Where(edge => one.Contains(edge.From)).Select(static edge => edge.To)];
        return two.Contains(person) ? 0.95 : one.Contains(person) ? 0.5 : 0;
    }

    // New documents first, of those that share a word of some length with the query.
    private static double Recency(string query, Document document, DateTimeOffset newest) =>
        document.At is DateTimeOffset at && query.Split(' ').Any(word => word.Length > 6 && document.Text.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? 1 / (1 + (newest - at).TotalDays / 30)
            : 0;

    // Counts of hashed letter triples of the longer words, so that words of one stem are near each other.
    private static float[] Embed(string text)
    {
        var vector = new float[Dimensions];
        foreach (string word in text.ToLowerInvariant().Split([' ', '.', ',', ':'], StringSplitOptions.RemoveEmptyEntries).Where(static word => word.Length > 5))
        {
            for (int i = 0; i + 3 <= word.Length; i++)
            {
                vector[(word[i] * 31 * 31 + word[i + 1] * 31 + word[i + 2]) % Dimensions]++;
            }
        }

        return vector;
    }

    private static double Cosine(float[] a, float[] b)
    {
        double product = 0, lengthA = 0, lengthB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += a[i] * b[i];
            lengthA += a[i] * a[i];
            lengthB += b[i] * b[i];
        }

        return product == 0 ? 0 : product / Math.Sqrt(lengthA * lengthB);
    }
}

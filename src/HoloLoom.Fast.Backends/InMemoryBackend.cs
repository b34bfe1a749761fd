using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Backends;

/// <summary>Documents in memory, scored one by one: for small collections, for tests, and for a scoring function of one's own.</summary>
/// <remarks>
/// It answers at once, on the calling thread, in time linear in the number of documents; 10,000 documents are some milliseconds. Words are
/// compared as they are encoded, in any case.
/// </remarks>
public sealed class InMemoryBackend : IBackend
{
    private readonly Func<string, Document, double>? _score;
    private readonly Lock _gate = new();
    private Collection _documents = new([]);

    /// <summary>Creates the backend.</summary>
    /// <param name="name">The name of one of the router's backends.</param>
    /// <param name="documents">What can be found.</param>
    /// <param name="score">
    /// From query and document to a score 0..1; only documents above 0 are found. Null: the part of the query's words that the document has,
    /// rare words counting more (inverse document frequency).
    /// </param>
    public InMemoryBackend(string name, IEnumerable<Document> documents, Func<string, Document, double>? score = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _score = score;
        Add(documents);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>How many documents there are.</summary>
    public int Count => Volatile.Read(ref _documents).Items.Length;

    /// <summary>Adds documents, or replaces those with the same ids. Searches under way see all of them or none.</summary>
    /// <param name="documents">The documents.</param>
    public void Add(IEnumerable<Document> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        lock (_gate)
        {
            var byId = _documents.Items.ToDictionary(static document => document.Id);
            foreach (Document document in documents)
            {
                ArgumentNullException.ThrowIfNull(document, nameof(documents));
                byId[document.Id] = document;
            }

            Volatile.Write(ref _documents, new Collection([.. byId.Values]));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
    {
        Collection documents = Volatile.Read(ref _documents);
        Func<string, Document, double> score = _score ?? documents.Coverage(query.Text);
        var best = new PriorityQueue<Document, (double Score, int Place)>();
        for (int i = 0; i < documents.Items.Length; i++)
        {
            if ((i & 255) == 255)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Document document = documents.Items[i];
            double points = score(query.Text, document);
            if (points > 0)
            {
                // Of equal scores the later document leaves first.
                best.Enqueue(document, (points, -i));
                if (best.Count > query.Limit)
                {
                    best.Dequeue();
                }
            }
        }

        var results = new SearchResult[best.Count];
        for (int i = results.Length - 1; i >= 0; i--)
        {
            best.TryDequeue(out Document? document, out (double Score, int Place) points);
            results[i] = new SearchResult(document!.Id, points.Score, document.Text);
        }

        return new(results);
    }

    /// <summary>The documents of one moment, with the words that each has.</summary>
    private sealed class Collection
    {
        private readonly Dictionary<Document, HashSet<string>> _words = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<string, int> _documentsWith = [];

        public Collection(Document[] items)
        {
            Items = items;
            foreach (Document document in items)
            {
                HashSet<string> words = [.. Words.Of(document.Text)];
                _words[document] = words;
                foreach (string word in words)
                {
                    _documentsWith[word] = _documentsWith.GetValueOrDefault(word) + 1;
                }
            }
        }

        public Document[] Items { get; }

        public Func<string, Document, double> Coverage(string query)
        {
            (string Word, double Weight)[] words = [.. Words.Of(query).Distinct()
                .Select(word => (word, Math.Log(1 + (Items.Length + 1.0) / (_documentsWith.GetValueOrDefault(word) + 1))))];
            double all = words.Sum(static word => word.Weight);
            return (_, document) => all == 0 ? 0 : words.Where(word => _words[document].Contains(word.Word)).Sum(static word => word.Weight) / all;
        }
    }
}

using HoloLoom.Fast.Backends;

namespace HoloLoom.Fast.Cli.Demo;

/// <summary>A question, and the document that answers it.</summary>
internal sealed record Question(string Text, string Answer);

/// <summary>The demo's small world: people who worked together, topics with notes and dated reports, and questions about them.</summary>
internal sealed class DemoWorld
{
    private static readonly string[] s_people =
    [
        "Ada", "Boris", "Chiara", "Deniz", "Emre", "Farah", "Goran", "Hanna", "Ilse", "Jonas", "Kira", "Luca", "Mina", "Nils", "Olga", "Pavel",
    ];

    // A topic, one who does it (whose plural full text search without stemming does not connect with it), and a word that only its notes have.
    private static readonly (string Topic, string Doer, string Rare)[] s_topics =
    [
        ("sailing", "sailor", "halyard"), ("gardening", "gardener", "loam"), ("climbing", "climber", "belay"), ("painting", "painter", "gesso"),
        ("brewing", "brewer", "wort"), ("weaving", "weaver", "heddle"), ("printing", "printer", "platen"), ("farming", "farmer", "harrow"),
        ("tanning", "tanner", "mordant"), ("building", "builder", "joist"), ("singing", "singer", "descant"), ("cycling", "cyclist", "derailleur"),
    ];

    private static readonly DateTimeOffset s_today = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DemoWorld()
    {
        var documents = new List<Document>();
        var questions = new List<(string Kind, Question Question)>();
        for (int i = 0; i < s_people.Length; i++)
        {
            string person = s_people[i];
            string colleague = s_people[(i + 1) % s_people.Length];
            string second = s_people[(i + 2) % s_people.Length];
            Edges.Add((person, colleague));
            documents.Add(new Document($"person-{person}", $"{person} lives by the sea and keeps bees."));
            documents.Add(new Document($"work-{i}", $"{person} worked with {colleague} on a bridge."));

            // Two steps away: no document names both.
            questions.Add(("relationship", new Question($"who is connected to {person}", $"person-{second}")));
        }

        foreach ((string topic, string doer, string rare) in s_topics)
        {
            documents.Add(new Document($"note-{topic}", $"My notes about {topic}: mind the {rare}, and take your time."));
            documents.Add(new Document($"portrait-{topic}", $"A portrait of {doer}s at their work."));
            for (int month = 1; month <= 4; month++)
            {
                documents.Add(new Document($"report-{topic}-{month}", $"Report on {topic}, number {month}.", s_today.AddMonths(month - 5)));
            }

            questions.Add(("similarity", new Question($"find those like a {doer}", $"portrait-{topic}")));
            questions.Add(("temporal", new Question($"latest report on {topic}", $"report-{topic}-4")));
            questions.Add(("personal", new Question($"my notes about {topic} and the {rare}", $"note-{topic}")));
            questions.Add(("unknown", new Question($"{rare} explained", $"note-{topic}")));
        }

        Documents = documents;
        Questions = questions.ToLookup(static pair => pair.Kind, static pair => pair.Question);
        Answers = questions.ToDictionary(static pair => pair.Question.Text, static pair => pair.Question.Answer);
    }

    public IReadOnlyList<Document> Documents { get; }

    /// <summary>Who worked with whom.</summary>
    public List<(string, string)> Edges { get; } = [];

    public ILookup<string, Question> Questions { get; }

    /// <summary>The document that answers each question.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; }

    /// <summary>Half of the questions at any time are of the twenty that are asked most, as people do; the others are any.</summary>
    public IEnumerable<string> Stream(int count, int seed)
    {
        var random = new Random(seed);
        string[] all = [.. Answers.Keys.Order(StringComparer.Ordinal)];
        random.Shuffle(all);
        for (int i = 0; i < count; i++)
        {
            string text = all[random.Next(random.Next(2) == 0 ? 20 : all.Length)];

            // Asked in other words, it is not in the cache.
            yield return random.Next(3) == 0 ? text : $"{text}{new string(' ', 1 + random.Next(40))}";
        }
    }
}

namespace HoloLoom.Fast.Classification;

/// <summary>The words and phrases of all patterns as a tree of character classes, to build the automaton from.</summary>
internal sealed class PhraseTrie
{
    public const int Root = 0;

    /// <summary>The class of units that no phrase contains and that are not word characters.</summary>
    public const int OtherNonWord = 0;

    /// <summary>The class of units that no phrase contains and that are word characters.</summary>
    public const int OtherWord = 1;

    private readonly List<Node> _nodes = [new Node()];
    private readonly byte[] _classOf = new byte[char.MaxValue + 1];
    private readonly List<bool> _isWord = [false, true];

    public PhraseTrie()
    {
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            _classOf[unit] = (byte)(WordCharacters.Contains((char)unit) ? OtherWord : OtherNonWord);
        }
    }

    /// <summary>The class of every UTF-16 unit.</summary>
    public byte[] ClassOf => _classOf;

    public int Classes => _isWord.Count;

    public bool IsWord(int unitClass) => _isWord[unitClass];

    /// <summary>Whether there are classes left for all characters of the phrases.</summary>
    public bool HasRoomFor(IEnumerable<string> phrases) =>
        _isWord.Count + phrases.SelectMany(static phrase => phrase).Distinct().Count(unit => _classOf[unit] <= OtherWord) <= 256;

    /// <summary>Adds a phrase, for which there must be room.</summary>
    public void Add(string phrase, int pattern)
    {
        int node = Root;
        foreach (char unit in phrase)
        {
            byte unitClass = ClassFor(unit);
            if (!_nodes[node].Children.TryGetValue(unitClass, out int child))
            {
                child = _nodes.Count;
                _nodes.Add(new Node());
                _nodes[node].Children.Add(unitClass, child);
            }

            node = child;
        }

        List<int> ends = WordCharacters.Contains(phrase[^1]) ? _nodes[node].EndsAtBoundary : _nodes[node].Ends;
        if (!ends.Contains(pattern))
        {
            ends.Add(pattern);
        }
    }

    public bool TryGetChild(int node, int unitClass, out int child) => _nodes[node].Children.TryGetValue((byte)unitClass, out child);

    /// <summary>Patterns complete at this node without more ado: their phrase ends in a non-word character.</summary>
    public IReadOnlyList<int> Ends(int node) => _nodes[node].Ends;

    /// <summary>Patterns complete at this node if no word character follows.</summary>
    public IReadOnlyList<int> EndsAtBoundary(int node) => _nodes[node].EndsAtBoundary;

    private byte ClassFor(char unit)
    {
        byte known = _classOf[unit];
        if (known > OtherWord)
        {
            return known;
        }

        byte added = (byte)_isWord.Count;
        _isWord.Add(WordCharacters.Contains(unit));
        foreach (char equal in CaseFolding.EquivalentsOf(unit))
        {
            _classOf[equal] = added;
        }

        return added;
    }

    private sealed class Node
    {
        public Dictionary<byte, int> Children { get; } = [];

        public List<int> Ends { get; } = [];

        public List<int> EndsAtBoundary { get; } = [];
    }
}

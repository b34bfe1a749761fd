using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Classification;

/// <summary>
/// Builds one deterministic automaton from a trie of phrases by the subset construction. A state is: the phrases under way (trie nodes),
/// whether the last unit was a word character, and the patterns that entering the state completed.
/// </summary>
/// <remarks>
/// A phrase that begins with a word character may begin only after a non-word character, and one that ends with a word character is
/// complete only when a non-word character, or the end of the text, follows: that is <c>\b</c> at both ends.
/// </remarks>
internal sealed class AutomatonBuilder(PhraseTrie trie)
{
    /// <summary>Above this number of table cells (256 MB would follow) the phrases are too many for one automaton.</summary>
    private const int MaxCells = 1 << 24;

    private readonly Dictionary<Key, int> _states = [];
    private readonly List<Key> _keys = [];
    private readonly List<int> _next = [];

    /// <summary>The states' patterns on entry and at the end of the text, and the table of next states; null if there would be too many.</summary>
    public Automaton? Build(int patterns)
    {
        int classes = trie.Classes;
        StateOf([], lastWasWord: false, []);
        for (int state = 0; state < _keys.Count; state++)
        {
            for (int unitClass = 0; unitClass < classes; unitClass++)
            {
                _next.Add(Step(_keys[state], unitClass));
            }

            if (_next.Count > MaxCells)
            {
                return null;
            }
        }

        int[][] entered = [.. _keys.Select(static key => key.Completed)];
        int[][] atEnd = [.. _keys.Select(key => AtBoundary(key.Nodes))];
        return Automaton.Create(trie.ClassOf, classes, CollectionsMarshal.AsSpan(_next), entered, atEnd, patterns);
    }

    private int Step(Key from, int unitClass)
    {
        bool isWord = trie.IsWord(unitClass);
        var nodes = new SortedSet<int>();
        foreach (int node in from.Nodes)
        {
            if (trie.TryGetChild(node, unitClass, out int child))
            {
                nodes.Add(child);
            }
        }

        if ((!isWord || !from.LastWasWord) && trie.TryGetChild(PhraseTrie.Root, unitClass, out int begun))
        {
            nodes.Add(begun);
        }

        var completed = new SortedSet<int>();
        if (from.LastWasWord && !isWord)
        {
            completed.UnionWith(AtBoundary(from.Nodes));
        }

        foreach (int node in nodes)
        {
            completed.UnionWith(trie.Ends(node));
        }

        return StateOf([.. nodes], isWord, [.. completed]);
    }

    private int[] AtBoundary(int[] nodes) => [.. nodes.SelectMany(trie.EndsAtBoundary).Distinct()];

    private int StateOf(int[] nodes, bool lastWasWord, int[] completed)
    {
        var key = new Key(nodes, lastWasWord, completed);
        if (!_states.TryGetValue(key, out int state))
        {
            state = _keys.Count;
            _states.Add(key, state);
            _keys.Add(key);
        }

        return state;
    }

    private readonly struct Key(int[] nodes, bool lastWasWord, int[] completed) : IEquatable<Key>
    {
        public int[] Nodes => nodes;

        public bool LastWasWord => lastWasWord;

        public int[] Completed => completed;

        public bool Equals(Key other) =>
            LastWasWord == other.LastWasWord && Nodes.AsSpan().SequenceEqual(other.Nodes) && Completed.AsSpan().SequenceEqual(other.Completed);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(LastWasWord);
            foreach (int node in Nodes)
            {
                hash.Add(node);
            }

            foreach (int pattern in Completed)
            {
                hash.Add(~pattern);
            }

            return hash.ToHashCode();
        }
    }
}

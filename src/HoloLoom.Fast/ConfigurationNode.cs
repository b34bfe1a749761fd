using System.Globalization;
using System.Text.Json;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast;

/// <summary>A JSON value and where it stands; every way of reading it either succeeds or throws an error with that path.</summary>
/// <param name="Element">The value.</param>
/// <param name="Path">Its JSON path.</param>
internal readonly record struct ConfigurationNode(JsonElement Element, string Path)
{
    private const int LongestQuote = 60;

    public bool IsNull => Element.ValueKind == JsonValueKind.Null;

    public bool IsText => Element.ValueKind == JsonValueKind.String;

    public bool IsNumber => Element.ValueKind == JsonValueKind.Number;

    public RouterConfigurationException Error(string reason, Exception? cause = null) => new(Path, reason, cause);

    /// <summary>The error for a value of another type than expected.</summary>
    public RouterConfigurationException Expected(string expected) => Error($"{expected} is expected; found {Describe()}.");

    /// <summary>The members of an object that may have these keys, each once.</summary>
    public ConfigurationObject Members(IReadOnlyList<string> known)
    {
        if (Element.ValueKind != JsonValueKind.Object)
        {
            throw Expected("an object");
        }

        var members = new Dictionary<string, ConfigurationNode>(StringComparer.Ordinal);
        foreach (JsonProperty property in Element.EnumerateObject())
        {
            string name = NameOf(property);
            var member = new ConfigurationNode(property.Value, PathOf(name));
            if (!known.Contains(name))
            {
                throw member.Error($"unknown key; {NearestName.Hint(name, known)}");
            }

            if (!members.TryAdd(name, member))
            {
                throw member.Error("the key is given twice; keep one.");
            }
        }

        return new ConfigurationObject(this, members);
    }

    /// <summary>The items of an array.</summary>
    public List<ConfigurationNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Expected("an array");
        }

        var items = new List<ConfigurationNode>(Element.GetArrayLength());
        foreach (JsonElement item in Element.EnumerateArray())
        {
            items.Add(new ConfigurationNode(item, string.Create(CultureInfo.InvariantCulture, $"{Path}[{items.Count}]")));
        }

        return items;
    }

    /// <summary>The items of an array of strings.</summary>
    public IReadOnlyList<string> Texts() => Items().ConvertAll(static item => item.Text());

    public string Text()
    {
        if (!IsText)
        {
            throw Expected("a string");
        }

        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Error("the string has half of a surrogate pair (\\uD800 to \\uDFFF must come in pairs).", e);
        }
    }

    public double Number()
    {
        if (!IsNumber)
        {
            throw Expected("a number");
        }

        return Element.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw Error($"{Describe()} is too large.");
    }

    public int Integer() => IsNumber && Element.TryGetInt32(out int number) ? number : throw Expected("a whole number");

    public bool Boolean() => Element.ValueKind is JsonValueKind.True or JsonValueKind.False ? Element.GetBoolean() : throw Expected("true or false");

    public ulong Unsigned() => IsNumber && Element.TryGetUInt64(out ulong number)
        ? number
        : throw Expected(string.Create(CultureInfo.InvariantCulture, $"a whole number from 0 to {ulong.MaxValue}, without decimals or exponent,"));

    /// <summary>A text as it can stand in a one-line message: control characters escaped, the end of a long one left out.</summary>
    public static string Quote(string text)
    {
        string shown = text.Length <= LongestQuote ? text : string.Concat(text.AsSpan(0, LongestQuote), "…");
        return $"'{string.Concat(shown.Select(static c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))}'";
    }

    private string Describe() => Element.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => Quote(Element.GetRawText()),
        _ => "a string",
    };

    private string PathOf(string name) =>
        name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$') ? $"{Path}.{name}" : $"{Path}[{Quote(name)}]";

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw Error("a key has half of a surrogate pair (\\uD800 to \\uDFFF must come in pairs).", e);
        }
    }
}

/// <summary>The members of a JSON object by key.</summary>
internal sealed class ConfigurationObject(ConfigurationNode node, Dictionary<string, ConfigurationNode> members)
{
    /// <summary>What a member holds, or what stands for an absent one.</summary>
    public T Get<T>(string key, Func<ConfigurationNode, T> read, T absent) => members.TryGetValue(key, out ConfigurationNode member) ? read(member) : absent;

    /// <summary>What a member holds that must be there.</summary>
    public T Need<T>(string key, Func<ConfigurationNode, T> read) => members.TryGetValue(key, out ConfigurationNode member)
        ? read(member)
        : throw new RouterConfigurationException($"{node.Path}.{key}", "the key is missing; it has no default.");

    public bool Has(string key) => members.ContainsKey(key);
}

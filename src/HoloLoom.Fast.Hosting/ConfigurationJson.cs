using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace HoloLoom.Fast.Hosting;

/// <summary>Turns a section of an application's configuration back into JSON, so that the engine's own reader checks it and says what is wrong where.</summary>
/// <remarks>Configuration has only strings; which of them are numbers is told by their keys.</remarks>
internal static class ConfigurationJson
{
    // Of these the value, or each element, is text, also where it looks like a number.
    private static readonly HashSet<string> s_texts = new(StringComparer.OrdinalIgnoreCase)
    {
        "$schema", "backends", "name", "backend", "patterns", "words", "regex", "fallback", "strategy", "kind", "halfLife", "flushInterval", "pattern", "queryType",
    };

    // Empty ones have no children to tell.
    private static readonly HashSet<string> s_lists = new(StringComparer.OrdinalIgnoreCase)
    {
        "backends", "queryTypes", "patterns", "words", "fallback", "variants", "cells",
    };

    /// <summary>The JSON of a section.</summary>
    /// <param name="section">The section, not its root's other parts.</param>
    /// <param name="except">A key of the section's own that is left out.</param>
    public static byte[] From(IConfiguration section, string except)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteObject(json, [.. section.GetChildren().Where(child => !child.Key.Equals(except, StringComparison.OrdinalIgnoreCase))]);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteObject(Utf8JsonWriter json, IConfigurationSection[] children)
    {
        json.WriteStartObject();
        foreach (IConfigurationSection child in children)
        {
            json.WritePropertyName(child.Key);
            Write(json, child, s_texts.Contains(child.Key));
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IConfigurationSection section, bool isText)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length > 0 && children.All(static child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            json.WriteStartArray();
            foreach (IConfigurationSection child in children.OrderBy(static child => int.Parse(child.Key, CultureInfo.InvariantCulture)))
            {
                Write(json, child, isText);
            }

            json.WriteEndArray();
        }
        else if (children.Length > 0)
        {
            WriteObject(json, children);
        }
        else if (string.IsNullOrEmpty(section.Value) && s_lists.Contains(section.Key))
        {
            json.WriteStartArray();
            json.WriteEndArray();
        }
        else
        {
            WriteValue(json, section.Value, isText);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, string? value, bool isText)
    {
        if (value is null)
        {
            json.WriteNullValue();
        }
        else if (!isText && bool.TryParse(value, out bool flag))
        {
            json.WriteBooleanValue(flag);
        }
        else if (!isText && ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong whole))
        {
            json.WriteNumberValue(whole);
        }
        else if (!isText && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }
}

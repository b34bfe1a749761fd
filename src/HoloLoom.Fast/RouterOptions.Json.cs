using System.Text;

namespace HoloLoom.Fast;

public sealed partial record RouterOptions
{
    // Far beyond any real configuration; keeps a device or a wrong file from being read for ever.
    private const int LargestFile = 16 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads options from JSON. Only what differs from the defaults need be there; comments and trailing commas are allowed.</summary>
    /// <param name="utf8Json">The JSON, UTF-8, with or without a byte order mark. Empty means the defaults, as <c>{}</c> does.</param>
    /// <remarks>
    /// Whoever lists <c>backends</c> lists <c>queryTypes</c> too, unless the backends that the built-in query types prefer are among them:
    /// guessing a backend for a type would send its queries somewhere without a word.
    /// </remarks>
    /// <exception cref="RouterConfigurationException">Not JSON, an unknown or repeated key, or a value that cannot be used; nothing of it is taken over.</exception>
    public static RouterOptions FromJson(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.IsEmpty)
        {
            return new RouterOptions();
        }

        RouterOptions options = RouterOptionsReader.Read(utf8Json);

        // For the errors alone: what is returned says only what the file said, so that code can still change a part of it.
        _ = options.Validated();
        return options;
    }

    /// <inheritdoc cref="FromJson(ReadOnlySpan{byte})"/>
    /// <param name="json">The JSON. Empty means the defaults, as <c>{}</c> does.</param>
    public static RouterOptions FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return FromJson(StrictUtf8.GetBytes(json));
        }
        catch (EncoderFallbackException e)
        {
            throw new RouterConfigurationException("$", $"the text has half of a surrogate pair at index {e.Index}.", e);
        }
    }

    /// <summary>Reads options from a JSON file, as <see cref="FromJson(ReadOnlySpan{byte})"/> does; errors name the file too.</summary>
    /// <param name="path">The file. An empty one is an error: more likely a failed copy than a wish for the defaults.</param>
    /// <exception cref="RouterConfigurationException">The file is missing or cannot be read, or its content cannot be used.</exception>
    public static RouterOptions FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            byte[] json = ReadFile(path);
            return json.Length > 0 ? FromJson(json) : throw new RouterConfigurationException("$", "the file is empty; write {} for the defaults.");
        }
        catch (RouterConfigurationException e)
        {
            throw new RouterConfigurationException(e.Path, $"{e.Reason} (In the file '{path}'.)", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RouterConfigurationException("$", $"there is no file '{path}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RouterConfigurationException("$", $"the file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>These options as indented JSON, UTF-8, with every key, the defaults included. <see cref="FromJson(ReadOnlySpan{byte})"/> reads it back.</summary>
    /// <remarks>
    /// What only code can say is left out: <see cref="CustomStrategy"/>, <see cref="Classifier"/>, <see cref="RewardOptions.Custom"/>,
    /// <see cref="StateDirectory"/> and <see cref="TimeProvider"/>. Query types that only make sense with a classifier in code are written,
    /// but may not be readable without it.
    /// </remarks>
    /// <exception cref="RouterConfigurationException">The options cannot be used.</exception>
    public byte[] ToJson()
    {
        _ = Validated();
        return RouterOptionsWriter.Write(this);
    }

    /// <summary>The JSON Schema (2020-12) of what <see cref="FromJson(ReadOnlySpan{byte})"/> reads, for editors and checks before deployment.</summary>
    public static string JsonSchema() => RouterOptionsSchema.Create();

    private static byte[] ReadFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        byte[] chunk = new byte[8192];
        for (int read; (read = file.Read(chunk)) > 0;)
        {
            content.Write(chunk, 0, read);
            if (content.Length > LargestFile)
            {
                throw new RouterConfigurationException("$", "the file has more than 16 MiB, which no configuration needs.");
            }
        }

        return content.ToArray();
    }
}

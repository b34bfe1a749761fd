using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Backends;

/// <summary>Any service that takes a query and answers with JSON over HTTP.</summary>
/// <remarks>Credentials, proxies and connection limits are the client's: set them there. An answer other than 2xx is a failure.</remarks>
public sealed class HttpBackend : IBackend
{
    private const int ShownOfAnError = 200;

    private readonly HttpClient _client;
    private readonly string _address;
    private readonly HttpBackendOptions _options;
    private readonly string[] _resultsPath;
    private readonly string[] _idPath;
    private readonly string[] _scorePath;
    private readonly string[] _textPath;

    /// <summary>Creates the backend.</summary>
    /// <param name="name">The name of one of the router's backends.</param>
    /// <param name="client">Sends the requests; not disposed of here.</param>
    /// <param name="address">
    /// The address. With <c>{query}</c>, and perhaps <c>{limit}</c>, in it, those are filled in and it is a GET; else a POST.
    /// </param>
    /// <param name="options">What is sent and where the results are; null: the defaults.</param>
    /// <exception cref="ArgumentException">The address is not absolute and the client has no base address, or an option is not usable.</exception>
    public HttpBackend(string name, HttpClient client, string address, HttpBackendOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        (Name, _client, _address, _options) = (name, client, address, options ?? new HttpBackendOptions());
        string example = Filled(address, new BackendQuery("x", 1, []));
        if (!Uri.TryCreate(example, client.BaseAddress is null ? UriKind.Absolute : UriKind.RelativeOrAbsolute, out Uri? uri)
            || (uri.IsAbsoluteUri && uri.Scheme is not "http" and not "https"))
        {
            throw new ArgumentException($"'{address}' is not an http address, and the client has no base address.", nameof(address));
        }

        if (_options.HalfScore is double half)
        {
            _ = Scores.CheckedHalf(half, nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.MaxResponseBytes, nameof(options));
        (_resultsPath, _idPath, _scorePath, _textPath) = (PathOf(_options.Results), PathOf(_options.Id), PathOf(_options.Score), PathOf(_options.Text));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">No connection, an answer other than 2xx, or one that is too long.</exception>
    /// <exception cref="JsonException">The answer is not JSON, or the results are not where they should be.</exception>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(query);
        using HttpResponseMessage response = await _client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            string said = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, ShownOfAnError)]).ReplaceLineEndings(" ");
            throw new HttpRequestException(
                $"{Shown()} answered {(int)response.StatusCode} {response.ReasonPhrase}: {said}", null, response.StatusCode);
        }

        using JsonDocument json = JsonDocument.Parse(body);
        return Results(json.RootElement, query.Limit);
    }

    private static string[] PathOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path, "options");
        return path.Split('.', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Filled(string address, BackendQuery query) => address
        .Replace("{query}", Uri.EscapeDataString(WellFormed(query.Text)), StringComparison.Ordinal)
        .Replace("{limit}", query.Limit.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    // A half of a surrogate pair has no place in a URI or in JSON.
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    // Messages reach callers and logs: the query, and the keys and passwords that addresses carry, are not theirs to tell.
    private string Shown()
    {
        var uri = new Uri(Filled(_address, new BackendQuery("...", 0, [])), UriKind.RelativeOrAbsolute);
        return (uri.IsAbsoluteUri ? uri : new Uri(_client.BaseAddress!, uri)).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    }

    private HttpRequestMessage Request(BackendQuery query)
    {
        var uri = new Uri(Filled(_address, query), UriKind.RelativeOrAbsolute);
        return _address.Contains("{query}", StringComparison.Ordinal)
            ? new HttpRequestMessage(HttpMethod.Get, uri)
            : new HttpRequestMessage(HttpMethod.Post, uri) { Content = _options.Body?.Invoke(query) ?? DefaultBody(query) };
    }

    private static ByteArrayContent DefaultBody(BackendQuery query)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("query", WellFormed(query.Text));
            json.WriteNumber("limit", query.Limit);
            json.WriteStartArray("previous");
            foreach (SearchResult result in query.Previous ?? [])
            {
                json.WriteStringValue(result.Id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new ByteArrayContent(buffer.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > _options.MaxResponseBytes)
            {
                throw new HttpRequestException($"The answer is longer than {_options.MaxResponseBytes} bytes; ask for fewer results, or raise MaxResponseBytes.");
            }

            body.Write(buffer, 0, read);
        }

        // Some services put a byte order mark before their JSON, which the parser does not take.
        ReadOnlyMemory<byte> whole = body.GetBuffer().AsMemory(0, (int)body.Length);
        return whole.Span.StartsWith(Encoding.UTF8.Preamble) ? whole[Encoding.UTF8.Preamble.Length..] : whole;
    }

    private List<SearchResult> Results(JsonElement root, int limit)
    {
        if (!TryFind(root, _resultsPath, out JsonElement array) || array.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException($"The answer has no array of results at '{_options.Results}'.");
        }

        var results = new List<SearchResult>();
        foreach (JsonElement one in array.EnumerateArray())
        {
            if (results.Count == limit)
            {
                break;
            }

            if (!TryFind(one, _idPath, out JsonElement id) || id.ValueKind is not JsonValueKind.String and not JsonValueKind.Number)
            {
                throw new JsonException($"Result {results.Count} has no id at '{_options.Id}'.");
            }

            double score = TryFind(one, _scorePath, out JsonElement number) && number.ValueKind == JsonValueKind.Number
                ? _options.HalfScore is double half ? Scores.Saturated(number.GetDouble(), half) : number.GetDouble()
                : 1.0 / (results.Count + 1);
            string? text = TryFind(one, _textPath, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            results.Add(new SearchResult(id.ValueKind == JsonValueKind.String ? id.GetString()! : id.GetRawText(), score, text));
        }

        return results;
    }

    private static bool TryFind(JsonElement from, string[] path, out JsonElement found)
    {
        found = from;
        foreach (string name in path)
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                return false;
            }
        }

        return true;
    }
}

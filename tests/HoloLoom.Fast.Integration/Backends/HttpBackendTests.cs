using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Backends;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Integration.Backends;

public sealed class HttpBackendTests : IDisposable
{
    private readonly HttpListener _server = new();
    private readonly HttpClient _client = new();
    private readonly InMemoryBackend _documents = new("memory", Corpus.Documents);
    private readonly string _address;
    private Func<HttpListenerContext, Task> _answer;

    public HttpBackendTests()
    {
        _answer = AnswerAsync;
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            _address = $"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/";
        }

        _server.Prefixes.Add(_address);
        _server.Start();
        _ = ServeAsync();
    }

    public void Dispose()
    {
        _server.Close();
        _client.Dispose();
    }

    [Fact]
    public async Task It_asks_by_post_and_finds()
    {
        var backend = new HttpBackend("web", _client, _address + "search");
        await Corpus.AssertRoutesAsync(backend);
        Assert.Equal("graphs", (await backend.SearchAsync(new BackendQuery("knowledge graphs", 3, [new SearchResult("x", 1)]), default))[0].Id);
        foreach (string query in Corpus.Nasty)
        {
            Assert.InRange((await backend.SearchAsync(query)).Count, 0, 10);
        }
    }

    [Fact]
    public async Task It_asks_by_get_where_the_address_has_a_place_for_the_query()
    {
        string? asked = null;
        _answer = context =>
        {
            asked = context.Request.RawUrl;
            return WriteAsync(context, """[{"_id": 7, "_score": 2, "_source": {"body": "text"}}, {"_id": "b"}]""");
        };
        var options = new HttpBackendOptions { Results = "", Id = "_id", Score = "_score", Text = "_source.body", HalfScore = 2 };
        IReadOnlyList<SearchResult> found = await new HttpBackend("web", _client, _address + "find?q={query}&n={limit}", options).SearchAsync("a&b ü", 5);
        Assert.Equal("/find?q=a%26b%20%C3%BC&n=5", asked);
        Assert.Equal([new SearchResult("7", 0.5, "text"), new SearchResult("b", 0.5)], found);
    }

    [Fact]
    public async Task The_body_and_the_way_to_the_results_are_options()
    {
        string? asked = null;
        _answer = async context =>
        {
            asked = await new StreamReader(context.Request.InputStream).ReadToEndAsync();
            await WriteAsync(context, """{"hits": {"hits": [{"doc": {"key": "k"}, "score": 0.25}]}}""");
        };
        var options = new HttpBackendOptions
        {
            Results = "hits.hits",
            Id = "doc.key",
            Body = static query => new StringContent($"q={query.Text}"),
        };
        Assert.Equal([new SearchResult("k", 0.25)], await new HttpBackend("web", _client, _address, options).SearchAsync("x"));
        Assert.Equal("q=x", asked);
    }

    [Theory]
    [InlineData(200, "", typeof(JsonException), "")]
    [InlineData(200, "<html>", typeof(JsonException), "")]
    [InlineData(200, "{\"results\": 3}", typeof(JsonException), "'results'")]
    [InlineData(200, "{\"result\": []}", typeof(JsonException), "'results'")]
    [InlineData(200, "{\"results\": [{\"ID\": 1}]}", typeof(JsonException), "'id'")]
    [InlineData(200, "{\"results\": [null]}", typeof(JsonException), "'id'")]
    [InlineData(200, "{\"results\": [{\"id\": {}}]}", typeof(JsonException), "'id'")]
    [InlineData(500, "out of\ncheese", typeof(HttpRequestException), "500 Internal Server Error: out of cheese")]
    [InlineData(404, "", typeof(HttpRequestException), "404")]
    [InlineData(302, "", typeof(HttpRequestException), "302")]
    public async Task An_answer_that_is_none_is_a_failure_that_says_why(int status, string body, Type kind, string words)
    {
        _answer = context => WriteAsync(context, body, status);
        Exception error = await Assert.ThrowsAnyAsync<Exception>(async () => await new HttpBackend("web", _client, _address).SearchAsync("x"));
        Assert.IsAssignableFrom(kind, error);
        Assert.Contains(words, error.Message);
    }

    [Theory]
    [InlineData("search?q={query}&key=secret", "search")]
    [InlineData("search/{query}?key=secret#secret", "search/...")]
    [InlineData("search?key=secret", "search")]
    public async Task A_failure_names_the_service_but_neither_query_nor_credentials(string asked, string named)
    {
        _answer = static context => WriteAsync(context, "\uFEFFno", 503);
        using var based = new HttpClient { BaseAddress = new Uri(_address) };
        string full = _address.Replace("://", "://me:password@", StringComparison.Ordinal) + asked;
        foreach (HttpBackend backend in new[] { new HttpBackend("web", _client, full), new HttpBackend("web", based, asked) })
        {
            Exception error = await Assert.ThrowsAsync<HttpRequestException>(async () => await backend.SearchAsync("private"));
            Assert.Equal($"{_address}{named} answered 503 Service Unavailable: no", error.Message);
        }
    }

    [Fact]
    public async Task A_byte_order_mark_before_the_answer_is_passed_over()
    {
        _answer = static context => WriteAsync(context, "\uFEFF{\"results\": [{\"id\": \"a\", \"score\": 0.5}]}");
        Assert.Equal([new SearchResult("a", 0.5)], await new HttpBackend("web", _client, _address).SearchAsync("x"));
    }

    [Fact]
    public async Task Odd_results_are_taken_as_far_as_they_go()
    {
        _answer = static context => WriteAsync(context, """{"results": [{"id": "a", "score": "high"}, {"id": "b", "score": 1e999, "text": 5}, {"id": "c", "score": -3}]}""");
        IReadOnlyList<SearchResult> found = await new HttpBackend("web", _client, _address).SearchAsync("x");
        Assert.Equal([("a", 1.0), ("b", double.PositiveInfinity), ("c", -3)], found.Select(static one => (one.Id, one.Score)));
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        _answer = static async context =>
        {
            byte[] chunk = Encoding.UTF8.GetBytes(new string(' ', 1 << 16));
            while (true)
            {
                await context.Response.OutputStream.WriteAsync(chunk);
            }
        };
        var backend = new HttpBackend("web", _client, _address, new HttpBackendOptions { MaxResponseBytes = 1 << 20 });
        Assert.Contains("longer than 1048576", (await Assert.ThrowsAsync<HttpRequestException>(async () => await backend.SearchAsync("x"))).Message);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_when_the_call_is_cancelled()
    {
        var never = new TaskCompletionSource();
        _answer = _ => never.Task;
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new HttpBackend("web", _client, _address).SearchAsync("x", token: source.Token));
        never.SetResult();
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        _server.Stop();
        await Assert.ThrowsAsync<HttpRequestException>(async () => await new HttpBackend("web", _client, _address).SearchAsync("x"));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new HttpBackend("web", _client, "/relative"));
        Assert.Throws<ArgumentException>(() => new HttpBackend("web", _client, "ftp://example.org"));
        Assert.Throws<ArgumentException>(() => new HttpBackend("", _client, _address));
        Assert.Throws<ArgumentNullException>(() => new HttpBackend("web", null!, _address));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HttpBackend("web", _client, _address, new HttpBackendOptions { HalfScore = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HttpBackend("web", _client, _address, new HttpBackendOptions { MaxResponseBytes = 0 }));
        Assert.Throws<ArgumentNullException>(() => new HttpBackend("web", _client, _address, new HttpBackendOptions { Id = null! }));
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using JsonDocument asked = await JsonDocument.ParseAsync(context.Request.InputStream);
        string query = asked.RootElement.GetProperty("query").GetString()!;
        int limit = asked.RootElement.GetProperty("limit").GetInt32();
        Assert.Equal(JsonValueKind.Array, asked.RootElement.GetProperty("previous").ValueKind);
        IReadOnlyList<SearchResult> found = await _documents.SearchAsync(query, limit);
        await WriteAsync(context, JsonSerializer.Serialize(new { results = found.Select(static one => new { id = one.Id, score = one.Score, text = one.Text }) }));
    }

    private static async Task WriteAsync(HttpListenerContext context, string body, int status = 200)
    {
        context.Response.StatusCode = status;
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        context.Response.Close();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _server.GetContextAsync();
                _ = Task.Run(async () =>
                {
                    try
                    {
                        await _answer(context);
                    }
                    catch (Exception problem) when (problem is HttpListenerException or IOException or ObjectDisposedException)
                    {
                        // The client has gone.
                    }
                });
            }
        }
        catch (Exception problem) when (problem is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

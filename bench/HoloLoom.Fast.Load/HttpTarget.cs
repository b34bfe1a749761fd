using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace HoloLoom.Fast.Load;

/// <summary>The HTTP routes, a request each; what waits for a free connection waits in the client, and that counts.</summary>
internal sealed class HttpTarget : ITarget
{
    private readonly HttpClient _client;
    private int _open;

    public HttpTarget(Uri url, int connections, string? key)
    {
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false })
        {
            BaseAddress = url,
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (!string.IsNullOrEmpty(key))
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public void Send(Request request, Action<Request, Reply> onReply) => _ = SendAsync(request, onReply);

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < 100 && Volatile.Read(ref _open) > 0; i++)
        {
            await Task.Delay(100);
        }

        _client.Dispose();
    }

    private async Task SendAsync(Request request, Action<Request, Reply> onReply)
    {
        Interlocked.Increment(ref _open);
        Reply reply;
        try
        {
            using HttpResponseMessage response = request.Query is not null
                ? await _client.PostAsJsonAsync("/v1/route", new { query = request.Query })
                : await _client.PostAsJsonAsync(
                    "/v1/outcomes",
                    new { outcomes = new[] { new { decision_id = request.DecisionId, relevance = request.Relevance, latency_ms = request.LatencyMs } } });
            using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
            reply = !response.IsSuccessStatusCode ? new Reply(null, Error: $"HTTP {(int)response.StatusCode}")
                : request.Query is not null
                    ? new Reply(body.RootElement.GetProperty("decision_id").GetString(), body.RootElement.GetProperty("backend").GetString()!)
                    : new Reply(body.RootElement.GetProperty("results")[0].GetString());
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException or JsonException or KeyNotFoundException)
        {
            reply = new Reply(null, Error: problem.GetType().Name);
        }

        Interlocked.Decrement(ref _open);
        onReply(request, reply);
    }
}

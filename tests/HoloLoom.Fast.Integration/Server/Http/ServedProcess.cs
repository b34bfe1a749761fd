using System.Text;
using System.Text.Json;

namespace HoloLoom.Fast.Integration.Server.Http;

/// <summary><c>hololoom serve</c> as a process of its own, on free ports.</summary>
internal sealed class ServedProcess : IDisposable
{
    private readonly HololoomProcess _process;

    private ServedProcess(HololoomProcess process, string url, HttpMessageHandler? handler)
    {
        _process = process;
        Url = url;
        Client = handler is null ? new HttpClient() : new HttpClient(handler);
        Client.BaseAddress = new Uri(url);
    }

    public string Url { get; }

    public HttpClient Client { get; }

    /// <summary>Starts a server and waits until it says where it listens.</summary>
    public static async Task<ServedProcess> StartAsync(string[] arguments, string urls = "http://127.0.0.1:0", HttpMessageHandler? handler = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        HololoomProcess process = HololoomProcess.StartIn(environment, ["serve", "--urls", urls, "--resp", "off", .. arguments]);
        while (await process.Error.ReadLineAsync() is string line)
        {
            if (line.StartsWith(HololoomProcess.Listening, StringComparison.Ordinal))
            {
                return new ServedProcess(process, line[HololoomProcess.Listening.Length..], handler);
            }
        }

        throw new InvalidOperationException($"the server ended with {await process.WaitAsync()}");
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync(path, content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<string> DecideAsync() => (await PostAsync("/v1/route", new { query = "who" })).GetProperty("decision_id").GetString()!;

    public async Task<string> ReportAsync(string id, bool durable) => (await PostAsync(
        $"/v1/outcomes?durable={(durable ? "true" : "false")}",
        new { outcomes = new[] { new { decision_id = id, relevance = 0.9, latency_ms = 12 } } })).GetProperty("results")[0].GetString()!;

    /// <summary>Sends a signal and waits for the end.</summary>
    public async Task<int> EndAsync(string signal)
    {
        await _process.SignalAsync(signal);
        return await _process.WaitAsync();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitAsync();
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Dispose();
    }
}

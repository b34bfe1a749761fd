using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Tests.Server.Http;

/// <summary>Requests, from those that any client sends to those that none should.</summary>
internal static class HttpCorpus
{
    /// <summary>Requests that route, report and look.</summary>
    public static readonly (string Method, string Path, string Type, string Body)[] Using =
    [
        ("POST", "/v1/route", "application/json", """{"query":"who wrote the paper"}"""),
        ("POST", "/v1/route", "application/json", """{"query":"my \u00e9\n notes","available":["qdrant","mem0"],"unit":"user 7"}"""),
        ("POST", "/v1/route", "application/json; charset=utf-8", "{\"query\":\"\"}"),
        ("POST", "/v1/route/batch", "application/json", """{"queries":["who","similar to é","","日本"],"available":["neo4j"]}"""),
        ("POST", "/v1/route/batch", "application/json", """{"queries":[]}"""),
        ("POST", "/v1/route/batch", "application/jsonl", "\"who\"\n{\"query\":\"my notes\"}\n\n\"x\""),
        ("POST", "/v1/route/batch", "application/x-ndjson", "{\"query\":\"a\"}\r\n"),
        ("POST", "/v1/outcomes", "application/json", """{"outcomes":[{"decision_id":"000000000000000000040036a83bc8d0","relevance":0.9,"latency_ms":12}]}"""),
        ("POST", "/v1/outcomes?durable=true", "application/json", """{"outcomes":[{"decision_id":"","relevance":1,"latency_ms":0,"cost":null,"feedback":-1}]}"""),
        ("POST", "/v1/outcomes", "application/json", """{"outcomes":[]}"""),
        ("GET", "/v1/stats", "", ""),
        ("GET", "/v1/history", "", ""),
        ("GET", "/v1/config", "", ""),
        ("GET", "/v1/routers", "", ""),
        ("GET", "/v1/routers/default/stats", "", ""),
        ("GET", "/v1/routers/%00%ff/stats", "", ""),
        ("GET", "/healthz", "", ""),
        ("GET", "/readyz", "", ""),
        ("GET", "/status/../v1/stats", "", ""),
        ("POST", "/v1/routers/none/route", "application/json", """{"query":"who"}"""),
        ("DELETE", "/v1/route", "", ""),
        ("GET", "*", "", ""),
        ("OPTIONS", "*", "", ""),
        ("GET", "http://localhost/healthz", "", ""),
    ];

    /// <summary>Requests that change configurations and routers.</summary>
    public static readonly (string Method, string Path, string Type, string Body)[] Configuring =
    [
        ("PUT", "/v1/routers/a", "application/json", """{"strategy":"rules"}"""),
        ("PUT", "/v1/routers/b", "application/json", """{"backends":["x","y"],"queryTypes":[{"name":"t","backend":"x","patterns":["who",{"regex":"a+b"}]}],"strategy":"greedy"}"""),
        ("PUT", "/v1/routers/a/config", "application/json", """{"strategy":"thompson","decay":{"halfLife":"1h"},"experiment":{"name":"e","variants":[{"name":"p"},{"name":"q","strategy":"rules"}]}}"""),
        ("PUT", "/v1/routers/b/config", "application/json", """{"duplicateWindow":1000000000000,"seed":1}"""),
        ("PUT", "/v1/routers/..", "application/json", "{}"),
        ("PUT", "/v1/routers/%2e%2e%2fx", "application/json", "{}"),
        ("DELETE", "/v1/routers/a", "", ""),
        ("DELETE", "/v1/routers/default", "", ""),
        ("GET", "/v1/routers/b/config", "", ""),
        ("GET", "/?router=b", "", ""),
        ("GET", "/v1/routers/a/history", "", ""),
        ("POST", "/v1/routers/b/route", "application/json", """{"query":"who"}"""),
        ("POST", "/v1/routers/a/route/batch", "application/json", """{"queries":["who","x"]}"""),
    ];

    /// <summary>What has long answers, and is asked for seldom.</summary>
    private static readonly (string Method, string Path, string Type, string Body)[] s_long =
    [
        ("GET", "/", "", ""),
        ("GET", "/?router=%3Cscript%3E", "", ""),
        ("GET", "/status/page.js", "", ""),
        ("GET", "/metrics", "", ""),
        ("GET", "/openapi.json", "", ""),
    ];

    private static readonly string[] s_values =
    [
        "null", "true", "-1", "0", "1e999", "-0.0", "1e-400", "123456789012345678901234567890", "\"\"", "\"\\ud800\"", "{\"\\ud800\":", "\"a\\ud800b\",", "\"\\u0000\"", "[]", "{}", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":",
        "NaN", "Infinity", "'x'", "\"x", "\\", "//", ",", ":", "\"query\":\"again\"", "\"decision_id\":7", "\"relevance\":2", "\"latency_ms\":-1", "\"available\":\"qdrant\"", "\"available\":[null]",
    ];

    private static readonly string[] s_headers =
    [
        "Accept: application/jsonl", "Accept: application/json;q=0.5, */*;q=0.1", "Accept: text/html", "Accept: ;;q=x", "Accept: image/png", "Content-Type: text/plain", "Content-Type: ", "Content-Type: application/json; a=\"",
        "Origin: http://evil.example", "Origin: null", "Origin: http://localhost", "If-Match: *", "If-Match: \"x\"", "If-Match: x", "If-None-Match: *, \"", "Authorization: Bearer x", "Authorization: Basic eDp5",
        "Expect: 100-continue", "Connection: close", "Connection: keep-alive, upgrade", "Upgrade: h2c", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Content-Length: 0", "Content-Length: 99999999999999999999",
        "Content-Length: -1", "Host: evil.example", "X: \u0001", "X: " + "é", "Cookie: a=b; c", "Content-Encoding: gzip", "Range: bytes=0-1",
    ];

    /// <summary>One connection's worth: up to three requests, most of them wrong somewhere.</summary>
    public static byte[] Draw(Random random, (string Method, string Path, string Type, string Body)[] from)
    {
        var bytes = new List<byte>();
        for (int requests = 1 + random.Next(3); requests > 0; requests--)
        {
            bytes.AddRange(Request(random, random.Next(100) == 0 ? s_long[random.Next(s_long.Length)] : from[random.Next(from.Length)]));
        }

        if (random.Next(4) == 0)
        {
            Damage(bytes, random);
        }

        return [.. bytes];
    }

    private static byte[] Request(Random random, (string Method, string Path, string Type, string Body) of)
    {
        byte[] body = Encoding.UTF8.GetBytes(Body(random, of.Body));
        var head = new StringBuilder($"{of.Method} {of.Path} HTTP/1.1\r\nHost: localhost\r\n");
        if (of.Type.Length > 0 && random.Next(20) > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {of.Type}\r\n");
        }

        for (int more = random.Next(4) == 0 ? random.Next(4) : 0; more > 0; more--)
        {
            head.Append(s_headers[random.Next(s_headers.Length)]).Append("\r\n");
        }

        if (random.Next(200) == 0)
        {
            head.Append("X: ").Append('x', random.Next(70_000)).Append("\r\n");
        }

        bool isChunked = random.Next(4) == 0;
        if (!isChunked)
        {
            int length = random.Next(30) == 0 ? random.Next(2 * body.Length + 2) : body.Length;
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n\r\n");
            return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
        }

        var bytes = new List<byte>(Encoding.UTF8.GetBytes(head.Append("Transfer-Encoding: chunked\r\n\r\n").ToString()));
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(body.Length - at, 1 + random.Next(20));
            bytes.AddRange(Encoding.ASCII.GetBytes($"{length:x}{(random.Next(10) == 0 ? ";e=1" : "")}\r\n"));
            bytes.AddRange(body.AsSpan(at, length));
            bytes.AddRange("\r\n"u8);
            at += length;
        }

        bytes.AddRange(random.Next(10) == 0 ? "0\r\nTrailer: x\r\n\r\n"u8 : "0\r\n\r\n"u8);
        return [.. bytes];
    }

    private static string Body(Random random, string body)
    {
        if (body.Length == 0 || random.Next(3) > 0)
        {
            return body;
        }

        for (int times = 1 + random.Next(3); times > 0; times--)
        {
            int at = random.Next(body.Length + 1);
            int until = Math.Min(body.Length, at + random.Next(12));
            body = body[..at] + s_values[random.Next(s_values.Length)] + body[(random.Next(2) == 0 ? at : until)..];
        }

        return random.Next(300) == 0 ? body + new string('[', random.Next(5000)) : body;
    }

    private static void Damage(List<byte> bytes, Random random)
    {
        for (int times = 1 + random.Next(4); times > 0 && bytes.Count > 1; times--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(bytes.Count - at, 1 + random.Next(20));
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes.Insert(at, (byte)"\r\n\0 :/,\"{[\xff"[random.Next(11)]);
                    break;
            }
        }
    }
}

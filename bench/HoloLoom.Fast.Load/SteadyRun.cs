using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using HdrHistogram;

namespace HoloLoom.Fast.Load;

/// <summary>
/// Single requests to <c>POST /v1/route</c> at a constant rate, each due at its own moment, whatever became of those before. A request's
/// latency is counted from when it was due: what waits because all connections are busy, or because this program is behind, is late by that much.
/// </summary>
/// <remarks>
/// One thread sends, waits and receives, and allocates nothing: it shares the processors with the server that it measures, so what it costs
/// itself must be little.
/// </remarks>
internal sealed class SteadyRun(Uri url, double rate, double seconds, double warmUpSeconds, int connections, int seed, string[] queries, string? key) : IRun
{
    private const long LongestMicroseconds = 60_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LongHistogram _latencies = new(1, LongestMicroseconds, 3);
    private readonly LongHistogram _delays = new(1, LongestMicroseconds, 3);
    private readonly SortedDictionary<string, long> _errors = [];
    private readonly byte[][] _requests = [.. queries.Select(query => Request(url, query, key))];
    private readonly QueryMix _mix = new(queries.Length);
    private readonly Random _random = new(seed);
    private readonly Stack<SteadyConnection> _idle = new(connections);
    private readonly SteadyConnection[] _busy = new SteadyConnection[connections];
    private readonly Readiness _readiness = new(connections);
    private readonly long _warmUp = (long)(rate * warmUpSeconds);
    private readonly long _total = (long)(rate * warmUpSeconds) + (long)(rate * seconds);
    private long _began;
    private long _sent;
    private long _finished;

    public IReadOnlyList<(string Name, HistogramBase Latencies)> Rows => [("decisions", _latencies), ("until it was sent", _delays)];

    public IReadOnlyDictionary<string, long> Answers { get; } = new Dictionary<string, long>();

    public IReadOnlyDictionary<string, long> Errors => _errors;

    public long Unanswered => _sent - _finished;

    public TimeSpan Elapsed { get; private set; }

    /// <summary>Sends all requests and waits for their answers. In the calling thread.</summary>
    /// <exception cref="InvalidDataException">An answer is none.</exception>
    public void Play(CancellationToken stop)
    {
        Readiness.BePunctual();
        var server = new DnsEndPoint(url.Host, url.Port);
        for (int i = 0; i < connections; i++)
        {
            _idle.Push(new SteadyConnection(server));
        }

        _began = Stopwatch.GetTimestamp();
        long heard = _began;
        while (_finished < _total && !stop.IsCancellationRequested && (_idle.Count > 0 || _readiness.Count > 0))
        {
            SendDue();
            if (_readiness.Wait(UntilNext()) > 0)
            {
                Receive();
                heard = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(heard) > Patience)
            {
                break;
            }
        }

        Elapsed = Stopwatch.GetElapsedTime(Due(_warmUp));
        foreach (SteadyConnection connection in _idle.Concat(_busy.Take(_readiness.Count)))
        {
            connection.Dispose();
        }
    }

    private static byte[] Request(Uri url, string query, string? key)
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"query":"{{JsonEncodedText.Encode(query)}}"}""");
        string authorization = string.IsNullOrEmpty(key) ? "" : $"Authorization: Bearer {key}\r\n";
        return
        [
            .. Encoding.ASCII.GetBytes(
                $"POST /v1/route HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\n{authorization}Content-Length: {body.Length}\r\n\r\n"),
            .. body,
        ];
    }

    private long Due(long request) => _began + (long)(request / rate * Stopwatch.Frequency);

    private TimeSpan UntilNext()
    {
        if (_sent == _total || _idle.Count == 0)
        {
            return TimeSpan.FromSeconds(1);
        }

        TimeSpan left = -Stopwatch.GetElapsedTime(Due(_sent));
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void SendDue()
    {
        while (_sent < _total && _idle.Count > 0)
        {
            long due = Due(_sent);
            long now = Stopwatch.GetTimestamp();
            if (due > now)
            {
                return;
            }

            SteadyConnection connection = _idle.Pop();
            if (_sent >= _warmUp)
            {
                _delays.RecordValue(Microseconds(now - due));
            }

            _sent++;
            if (connection.TrySend(_requests[_mix.Next(_random)], due))
            {
                _busy[_readiness.Count] = connection;
                _readiness.Add(connection.Descriptor);
            }
            else
            {
                Lose(connection);
            }
        }
    }

    private void Receive()
    {
        for (int i = _readiness.Count - 1; i >= 0; i--)
        {
            if (!_readiness.IsReady(i))
            {
                continue;
            }

            SteadyConnection connection = _busy[i];
            bool isOpen = connection.TryReceive(out int status);
            if (isOpen && status == 0)
            {
                continue;
            }

            _readiness.RemoveAt(i);
            _busy[i] = _busy[_readiness.Count];
            if (!isOpen)
            {
                Lose(connection);
                continue;
            }

            _idle.Push(connection);
            _finished++;
            if (status != 200)
            {
                Count($"HTTP {status}");
            }
            else if (connection.Due >= Due(_warmUp))
            {
                _latencies.RecordValue(Microseconds(Stopwatch.GetTimestamp() - connection.Due));
            }
        }
    }

    private void Lose(SteadyConnection connection)
    {
        connection.Dispose();
        _finished++;
        Count("connection lost");
    }

    private void Count(string error) => _errors[error] = _errors.GetValueOrDefault(error) + 1;

    private static long Microseconds(long ticks) => Math.Clamp(ticks / (Stopwatch.Frequency / 1_000_000), 1, LongestMicroseconds);
}

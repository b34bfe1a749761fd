using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Server;

/// <summary>Where a server listens, whom it serves, and how much anybody may ask of it.</summary>
public sealed record ServerOptions
{
    /// <summary>The addresses for HTTP: <c>http://HOST:PORT</c>, <c>https://HOST:PORT</c> or <c>http://unix:/PATH</c>; port 0 is a free one.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>The address for RESP, <c>HOST:PORT</c> or <c>unix:PATH</c>; null: none.</summary>
    public string? RespAddress { get; init; }

    /// <summary>The key that every request must bring; null: none is needed, and only this machine is listened to. Compared in constant time, never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A key for those who may only look: statistics, configuration, metrics, status page. Null: there is none.</summary>
    public string? ReadOnlyKey { get; init; }

    /// <summary>The certificate for https, a PEM file with its chain.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The certificate's private key, a PEM file; null: it is in <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>A configuration file that is read again when it changes; null: none.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>Reads <see cref="ConfigurationFile"/>; null: as it is.</summary>
    public Func<string, RouterOptions>? ReadConfiguration { get; init; }

    /// <summary>The most connections of HTTP at a time. Default 10,000.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>The largest body of a request in bytes. Default 4 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 4 << 20;

    /// <summary>The most queries, or outcomes, of a request. Default 10,000.</summary>
    public int MaxBatch { get; init; } = 10_000;

    /// <summary>How long a connection may be without a request. Default 2 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the head of a request may take to arrive. Default 10 seconds.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests that are under way when the server stops may take to end. Default 10 seconds.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether every query is written to the log, its first 200 characters, with what was decided. Queries are their users' words: by default,
    /// and whatever goes wrong, none of them is in the log.
    /// </summary>
    public bool LogQueries { get; init; }

    /// <summary>Requests a second that a client, an address (of IPv6, a network of 64 bits), may send over HTTP; null: any number. For RESP see <see cref="RespOptions.MaxCommandsPerSecond"/>.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Limits of RESP; its keys are those above.</summary>
    public RespOptions Resp { get; init; } = new();

    /// <summary>Says where it listens and whether there is a key, never which.</summary>
    public override string ToString() =>
        $"{nameof(ServerOptions)} {{ {string.Join(", ", Urls)}, RESP {RespAddress ?? "nowhere"}, key {(ApiKey is null ? "not " : "")}required }}";

    /// <exception cref="ArgumentException">A setting is not usable.</exception>
    internal void Check()
    {
        if (Urls.Count == 0 && RespAddress is null)
        {
            throw new ArgumentException("The server listens nowhere: give an address for HTTP or for RESP.");
        }

        foreach ((string name, long value) in ((string, long)[])[
            (nameof(MaxConnections), MaxConnections), (nameof(MaxBodyBytes), MaxBodyBytes), (nameof(MaxBatch), MaxBatch),
            (nameof(IdleTimeout), IdleTimeout.Ticks), (nameof(HeaderTimeout), HeaderTimeout.Ticks), (nameof(ShutdownTimeout), ShutdownTimeout.Ticks),
            (nameof(RequestsPerSecond), RequestsPerSecond ?? 1)])
        {
            if (value <= 0)
            {
                throw new ArgumentException($"{name} must be greater than 0.");
            }
        }

        (Resp with { ApiKey = ApiKey, ReadOnlyKey = ReadOnlyKey }).Check();
    }
}

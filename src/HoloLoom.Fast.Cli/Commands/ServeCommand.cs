using System.CommandLine;
using HoloLoom.Fast.Server;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom serve</c>: its options; <see cref="ServeRun"/> does the work.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var defaults = new ServerOptions();
        Option<string?> config = CommonOptions.Config();
        Option<string?> state = CommonOptions.State("Where what is learned lives, created if missing. Without it the server forgets when it ends.");
        var urls = new Option<string[]>("--urls")
        {
            Description = "Where to listen for HTTP, separated by semicolons. Beyond this machine a key is needed.",
            DefaultValueFactory = _ => [.. defaults.Urls],
            CustomParser = static result => [.. result.Tokens.SelectMany(static token => token.Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
            HelpName = "URLS",
        };
        var resp = new Option<string?>("--resp")
        {
            Description = "Where to listen for clients of Redis, HOST:PORT or unix:PATH; off for nowhere.",
            DefaultValueFactory = _ => "127.0.0.1:6380",
            HelpName = "ADDRESS",
        };
        var seed = new Option<ulong?>("--seed") { Description = "Makes the decisions reproducible.", HelpName = "N" };
        var certificate = new Option<string?>("--certificate") { Description = "The certificate for https, a PEM file with its chain.", HelpName = "FILE" };
        var certificateKey = new Option<string?>("--certificate-key") { Description = "The certificate's key, a PEM file. Default: it is in the certificate's.", HelpName = "FILE" };
        var rate = new Option<int?>("--rate-limit") { Description = "Requests a second that one address may send over HTTP, and commands over RESP. Default: any number.", HelpName = "N" };
        var logQueries = new Option<bool>("--log-queries") { Description = "Writes every query to the log, its first 200 characters, with what was decided. Without it, none." };
        Option<int> maxBatch = Limit("--max-batch", "Queries or outcomes that a request over HTTP may hold.", defaults.MaxBatch);
        Option<int> maxBody = Limit("--max-body", "Bytes that a request over HTTP may hold.", defaults.MaxBodyBytes);
        Option<int> maxConnections = Limit("--max-connections", "Connections of HTTP at a time.", defaults.MaxConnections);
        var command = new Command(
            "serve",
            "Serves decisions over HTTP and the protocol of Redis. The environment variable HOLOLOOM_API_KEY is the key that clients must bring, HOLOLOOM_READ_KEY one for "
            + "those who may only look.")
        {
            config, state, urls, resp, seed, certificate, certificateKey, rate, maxBatch, maxBody, maxConnections, logQueries,
        };
        command.SetAction(parsed =>
        {
            string? address = parsed.GetValue(resp);
            return new ServeRun
            {
                ConfigFile = parsed.GetValue(config),
                StateDirectory = parsed.GetValue(state),
                Seed = parsed.GetValue(seed),
                Options = new ServerOptions
                {
                    Urls = parsed.GetValue(urls)!,
                    RespAddress = address is "off" or "" ? null : address,
                    ApiKey = Key("HOLOLOOM_API_KEY"),
                    ReadOnlyKey = Key("HOLOLOOM_READ_KEY"),
                    CertificateFile = parsed.GetValue(certificate),
                    CertificateKeyFile = parsed.GetValue(certificateKey),
                    RequestsPerSecond = parsed.GetValue(rate),
                    Resp = defaults.Resp with { MaxCommandsPerSecond = parsed.GetValue(rate) },
                    LogQueries = parsed.GetValue(logQueries),
                    MaxBatch = parsed.GetValue(maxBatch),
                    MaxBodyBytes = parsed.GetValue(maxBody),
                    MaxConnections = parsed.GetValue(maxConnections),
                },
            }.Run();
        });
        return command;
    }

    private static Option<int> Limit(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };

    private static string? Key(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key ? key : null;
}

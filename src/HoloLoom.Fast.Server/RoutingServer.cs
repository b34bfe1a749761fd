using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Http;
using HoloLoom.Fast.Server.Metrics;
using HoloLoom.Fast.Server.Resp;
using HoloLoom.Fast.Server.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace HoloLoom.Fast.Server;

/// <summary>Routers behind HTTP and RESP.</summary>
/// <remarks>The registry is the caller's: it outlives the server, and is disposed, and so flushed, after it.</remarks>
public sealed class RoutingServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConfigurationWatch? _watch;
    private readonly Endpoints _endpoints;
    private readonly ServerMetrics _metrics;

    private RoutingServer(WebApplication application, ConfigurationWatch? watch, Endpoints endpoints, ServerMetrics metrics) =>
        (_application, _watch, _endpoints, _metrics) = (application, watch, endpoints, metrics);

    /// <summary>Where it listens, once it is started, RESP as <c>redis://</c>: free ports are filled in.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. (_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(
            address => address == _endpoints.Resp?.ToString() ? "redis" + address["http".Length..] : address)];

    /// <summary>Cancelled when the server has been told to stop, by <see cref="StopAsync"/> or a signal.</summary>
    public CancellationToken Stopping => _application.Lifetime.ApplicationStopping;

    /// <summary>Builds a server.</summary>
    /// <param name="options">Where it listens, and whom it serves.</param>
    /// <param name="routers">What it serves.</param>
    /// <exception cref="ArgumentException">A setting is not usable: the message says which, and what to do.</exception>
    public static RoutingServer Create(ServerOptions options, RouterRegistry routers) => Create(options, routers, static _ => { });

    /// <summary>Builds a server of other parts: a test's connections are not of a network.</summary>
    internal static RoutingServer Create(ServerOptions options, RouterRegistry routers, Action<IServiceCollection> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(routers);
        options.Check();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "hololoom" });
        AddLogging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);

        // The program's own lifetime, so that signals mean the same in every command.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(routers);

        // What a connection has to do goes to the thread pool directly, and not by way of a queue of several connections' work, which one
        // thread does in turn: measured, 10 % more requests from few connections, and shorter tails.
        builder.Services.Configure<SocketTransportOptions>(static sockets => sockets.IOQueueCount = 0);
        var endpoints = new Endpoints();
        var metrics = new ServerMetrics(routers);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options, routers, endpoints, metrics));
        configure(builder.Services);
        WebApplication application = builder.Build();
        var keys = new AccessKeys(options.ApiKey, options.ReadOnlyKey);
        ClientLimit? limit = options.RequestsPerSecond is int perSecond ? new ClientLimit(perSecond) : null;
        var gate = new Gate(keys, limit, metrics.Requests, application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("HoloLoom.Fast.Server"));
        application.Use(next => context => gate.PassAsync(context, next));
        application.UseRouting();
        Map(application, options, routers, metrics, QueriesOf(options, application.Services));
        var watch = options.ConfigurationFile is null ? null
            : new ConfigurationWatch(options, routers.Default, application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("HoloLoom.Fast.Server"));
        return new RoutingServer(application, watch, endpoints, metrics);
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => _application.StartAsync(cancellationToken);

    /// <summary>Lets requests that are under way end, refuses others, and closes.</summary>
    public Task StopAsync() => _application.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        await _application.DisposeAsync();
        _metrics.Dispose();
    }

    /// <summary>The routes for programs, for a test to compare with the document.</summary>
    internal IEnumerable<RouteEndpointDescription> Routes => _application.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>()
        .Where(static endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
        .Select(static endpoint => new RouteEndpointDescription(
            endpoint.RoutePattern.RawText!, [.. endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []]));

    private static void Map(WebApplication application, ServerOptions options, RouterRegistry routers, ServerMetrics metrics, QueryLog? queries)
    {
        var finder = new RouterFinder(routers);
        var route = new Http.RouteEndpoint(finder, metrics.Decisions, queries, options.MaxBatch);
        var outcomes = new OutcomesEndpoint(finder, options.MaxBatch);
        var status = new StatusEndpoints(finder, routers, application.Lifetime.ApplicationStopping);
        var configuration = new ConfigurationEndpoints(finder, routers);
        var page = new StatusPageEndpoint(finder, routers, metrics.History, metrics.Latencies);
        foreach (string prefix in (string[])["/v1", "/v1/routers/{" + RouterFinder.Parameter + "}"])
        {
            Add(HttpMethods.Post, prefix + "/route", route.RouteAsync);
            Add(HttpMethods.Post, prefix + "/route/batch", route.RouteBatchAsync);
            Add(HttpMethods.Post, prefix + "/outcomes", outcomes.RecordAsync);
            Add(HttpMethods.Get, prefix + "/stats", status.StatsAsync);
            Add(HttpMethods.Get, prefix + "/experiment", status.ExperimentAsync);
            Add(HttpMethods.Get, prefix + "/history", page.GetHistoryAsync);
            Add(HttpMethods.Get, prefix + "/config", configuration.GetAsync);
            Add(HttpMethods.Put, prefix + "/config", configuration.PutAsync);
        }

        Add(HttpMethods.Get, "/v1/routers", configuration.ListAsync);
        Add(HttpMethods.Put, "/v1/routers/{" + RouterFinder.Parameter + "}", configuration.PutRouterAsync);
        Add(HttpMethods.Delete, "/v1/routers/{" + RouterFinder.Parameter + "}", configuration.DeleteRouterAsync);
        Add(HttpMethods.Get, "/healthz", StatusEndpoints.HealthAsync);
        Add(HttpMethods.Get, "/readyz", status.ReadyAsync);
        Add(HttpMethods.Get, "/openapi.json", OpenApi.GetAsync);
        Add(HttpMethods.Get, "/metrics", new MetricsEndpoint(metrics.Registry).GetAsync);

        Add(HttpMethods.Get, "/", page.GetAsync).ExcludeFromDescription();
        foreach (Assets asset in Assets.All)
        {
            Add(HttpMethods.Get, asset.Path, asset.GetAsync).ExcludeFromDescription();
        }

        IEndpointConventionBuilder Add(string method, string pattern, RequestDelegate handle) =>
            application.MapMethods(pattern, [method], handle).WithMetadata(metrics.Requests.Of(pattern));
    }

    private static QueryLog? QueriesOf(ServerOptions options, IServiceProvider services) =>
        options.LogQueries ? new QueryLog(services.GetRequiredService<ILoggerFactory>().CreateLogger(QueryLog.Category)) : null;

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options, RouterRegistry routers, Endpoints endpoints, ServerMetrics metrics)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.KeepAliveTimeout = options.IdleTimeout;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        var connections = new ConnectionLimit(options.MaxConnections);
        metrics.Connections.Add("http", () => connections.Counts);
        foreach (string url in options.Urls)
        {
            ListenHttp(kestrel, url, options, connections);
        }

        if (options.RespAddress is string resp)
        {
            RespEndpoint.Listen(kestrel, resp, routers, options.Resp with { ApiKey = options.ApiKey, ReadOnlyKey = options.ReadOnlyKey }, metrics, QueriesOf(options, kestrel.ApplicationServices), listen => endpoints.Resp = listen);
        }
    }

    private static void ListenHttp(KestrelServerOptions kestrel, string url, ServerOptions options, ConnectionLimit connections)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException problem)
        {
            throw new ArgumentException($"'{url}' is not an address to listen on; http://HOST:PORT is expected, for example http://127.0.0.1:8080.", problem);
        }

        bool isTls = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if (!isTls && !address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{url}' begins with neither http:// nor https://.");
        }

        X509Certificate2? certificate = isTls ? Certificate(url, options) : null;
        void Configure(ListenOptions listen)
        {
            listen.Use(connections.Wrap);
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }

        if (address.IsUnixPipe)
        {
            kestrel.ListenUnixSocket(address.UnixPipePath, Configure);
            return;
        }

        IPAddress? ip = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : address.Host is "*" or "+" ? IPAddress.IPv6Any
            : IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? parsed) ? parsed
            : throw new ArgumentException($"'{address.Host}' in '{url}' is no IP address; give the address of an interface, localhost, or * for all.");
        if (options.ApiKey is null && !IPAddress.IsLoopback(ip))
        {
            throw new ArgumentException($"'{url}' can be reached from other machines, so a key is required: set HOLOLOOM_API_KEY, or listen on 127.0.0.1.");
        }

        kestrel.Listen(ip, address.Port, Configure);
    }

    private static X509Certificate2 Certificate(string url, ServerOptions options)
    {
        if (options.CertificateFile is not string file)
        {
            throw new ArgumentException($"'{url}' needs a certificate: give a PEM file with --certificate, and its key with --certificate-key.");
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(file, options.CertificateKeyFile ?? file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ArgumentException($"The certificate '{file}' cannot be used: {problem.Message}", problem);
        }
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("HoloLoom.Fast", LogLevel.Information);
    }

    /// <summary>What of the listening is to be known later.</summary>
    private sealed class Endpoints
    {
        public ListenOptions? Resp { get; set; }
    }

    /// <summary>Signals are the program's own affair.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>A route: its pattern and methods.</summary>
internal sealed record RouteEndpointDescription(string Pattern, IReadOnlyList<string> Methods)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', Methods)} {Pattern}");
}

using HoloLoom.Fast.Hosting.Metering;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>
/// Sends the meters of the routers and of HTTP to a collector of OpenTelemetry, if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one. The other
/// variables of the OpenTelemetry specification hold as well: <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>OTEL_EXPORTER_OTLP_HEADERS</c>,
/// <c>OTEL_METRIC_EXPORT_INTERVAL</c>, <c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    // The last export of a server that stops: a collector that does not answer must not hold it.
    private const int PatienceMs = 2000;

    private readonly MeterProvider _provider;

    private OtlpExport(MeterProvider provider) => _provider = provider;

    /// <exception cref="ArgumentException">A variable cannot be used.</exception>
    public static OtlpExport? StartIfAsked()
    {
        const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } endpoint)
        {
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"{Variable} is '{endpoint}'; http://HOST:PORT or https://HOST:PORT is expected.");
        }

        return new OtlpExport(OpenTelemetry.Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(static resource => resource.AddService("hololoom").AddEnvironmentVariableDetector())
            .AddMeter(RoutingMeter.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddOtlpExporter()
            .Build());
    }

    public void Dispose()
    {
        _provider.Shutdown(PatienceMs);
        _provider.Dispose();
    }
}

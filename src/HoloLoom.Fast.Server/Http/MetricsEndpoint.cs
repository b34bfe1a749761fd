using Microsoft.AspNetCore.Http;
using Prometheus;

namespace HoloLoom.Fast.Server.Http;

/// <summary><c>GET /metrics</c>: for Prometheus, in its own format, or in OpenMetrics' if that is asked for.</summary>
internal sealed class MetricsEndpoint(CollectorRegistry registry)
{
    public async Task GetAsync(HttpContext context)
    {
        bool open = context.Request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase);

        // Gathered before it is sent, so that what fails is answered as a whole.
        using var body = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(body, open ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText, context.RequestAborted);
        Answer.Send(context, body.GetBuffer().AsSpan(0, (int)body.Length), open ? MediaTypes.OpenMetrics : MediaTypes.Metrics);
    }
}

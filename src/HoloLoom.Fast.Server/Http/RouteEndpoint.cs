using System.Buffers;
using System.Diagnostics;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Metrics;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary><c>POST /v1/route</c> and <c>POST /v1/route/batch</c>.</summary>
internal sealed class RouteEndpoint(RouterFinder finder, DecisionTimes times, QueryLog? queries, int maxBatch)
{
    public async Task RouteAsync(HttpContext context)
    {
        HostedRouter router = finder.Of(context);
        MediaTypes.RequireJson(context.Request);
        using (RequestBody body = await RequestBody.ReadAsync(context))
        {
            Answer.Send(context, Decide(router.Current, body.Span), MediaTypes.Json);
        }
    }

    public async Task RouteBatchAsync(HttpContext context)
    {
        HostedRouter router = finder.Of(context);
        bool linesIn = MediaTypes.IsLines(MediaTypes.RequireJsonOrLines(context.Request));
        bool linesOut = MediaTypes.WantsLines(context.Request, linesIn);
        using (RequestBody body = await RequestBody.ReadAsync(context))
        {
            Answer.Send(context, DecideBatch(router.Current, body.Span, linesIn, linesOut), linesOut ? MediaTypes.Lines : MediaTypes.Json);
        }
    }

    private JsonText Decide(Router router, ReadOnlySpan<byte> body)
    {
        RouteRequest request = RouteRequest.Start();
        request.ReadSingle(body, router);
        long began = DecisionTimes.Begin();
        Decision decision = request.HasUnit
            ? router.Route(request.Data, request.Available, request.Unit)
            : router.Route(request.Data, request.Available);
        times.End(began);
        queries?.Note(router, request.Data, decision);
        JsonText text = JsonText.Start();
        var json = DecisionJson.Of(router);
        json.Write(text, request.Escaped(body, 0), decision, default);
        json.WriteAlternatives(text, decision, request.Available);
        return text;
    }

    private JsonText DecideBatch(Router router, ReadOnlySpan<byte> body, bool linesIn, bool linesOut)
    {
        RouteRequest request = RouteRequest.Start();
        if (linesIn)
        {
            request.ReadLines(body, maxBatch);
        }
        else
        {
            request.ReadBatch(body, router, maxBatch);
        }

        Decision[] decisions = ArrayPool<Decision>.Shared.Rent(request.Count);
        long began = Stopwatch.GetTimestamp();
        router.RouteBatch(request.Data, request.Offsets, decisions, request.Available);
        if (request.Count > 0)
        {
            times.EndBatch(began, request.Count);
            queries?.Note(router, request.Data, request.Offsets, decisions.AsSpan(0, request.Count));
        }

        JsonText text = JsonText.Start();
        var json = DecisionJson.Of(router);
        var alternatives = new byte[json.Kinds][];
        text.Write(linesOut ? default : "{\"decisions\":["u8);
        for (int i = 0; i < request.Count; i++)
        {
            ref byte[]? others = ref alternatives[json.KindOf(decisions[i])]!;
            others ??= json.Alternatives(text, decisions[i], request.Available);
            json.Write(text, request.Escaped(body, i), decisions[i], others);
            text.Write(linesOut ? (byte)'\n' : (byte)',');
        }

        if (!linesOut)
        {
            text.Retreat(request.Count > 0 ? 1 : 0);
            text.Write("]}"u8);
        }

        ArrayPool<Decision>.Shared.Return(decisions);
        return text;
    }
}

// Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../../README.md.
using System.Text;
using HoloLoom.Fast.Interop;


string config = args[0];
string directory = args[2];
var output = new StringBuilder();
string[] queries = File.ReadAllText(args[1]).TrimEnd('\n').Split('\n');
byte[][] texts = [.. queries.Select(Encoding.UTF8.GetBytes)];
byte[] all = [.. texts.SelectMany(static text => text)];
int[] offsets = new int[texts.Length + 1];
for (int i = 0; i < texts.Length; i++)
{
    offsets[i + 1] = offsets[i] + texts[i].Length;
}

using var router = new NativeRouter(Encoding.UTF8.GetBytes(config));
Decision[] single = [.. texts.Select(text => router.Route(text))];
Show("single", single);
for (int i = 0; i < single.Length; i++)
{
    output.Append($"record {router.Record(single[i].Id, i * 7 % 11 / 10.0, i % 3 == 0 ? 2500 : 40)}\n");
}

var batch = new Decision[queries.Length];
router.RouteBatch(all, offsets, batch, ulong.MaxValue & ~1UL);
Show("batch", batch);
output.Append($"again {router.Record(single[0].Id, 1, 1)}\n");
DecisionId forged = batch[0].Id;
forged[3] ^= 4;
output.Append($"forged {router.Record(forged, 1, 1)}\n");
Decision[] units = [.. texts.Select((text, i) => router.RouteUnit(text, Encoding.UTF8.GetBytes($"användare {i % 40}")))];
Show("unit", units);
DecisionId[] reported = [.. units.Select(static unit => unit.Id), single[0].Id];
double[] relevance = [.. reported.Select(static (_, i) => i * 3 % 11 / 10.0)];
double[] latency = [.. reported.Select(static (_, i) => i % 4 == 0 ? 2500.0 : 40)];
output.Append($"several {router.RecordBatch(reported, relevance, latency)}\n");
for (int type = 0; type < router.QueryTypes.Count; type++)
{
    for (int backend = 0; backend < router.Backends.Count; backend++)
    {
        (double alpha, double beta) = router.Posterior(type, backend);
        output.Append($"posterior {router.QueryTypes[type]} {router.Backends[backend]} ");
        output.Append($"{BitConverter.DoubleToUInt64Bits(alpha):x16} {BitConverter.DoubleToUInt64Bits(beta):x16}\n");
    }
}

router.Save(directory);
var loaded = new NativeRouter(Encoding.UTF8.GetBytes(config));
loaded.Load(directory);
output.Append($"earlier {loaded.Record(single[0].Id, 1, 1)}\n");
output.Append($"later {loaded.Record(batch[0].Id, 1, 1)}\n");
loaded.RouteBatch(all, offsets, batch);
Show("loaded", batch);
Decision hybrid = loaded.Route("who"u8, 16);
loaded.Save(directory);
using var smaller = new NativeRouter("""{"backends": ["neo4j", "qdrant", "mem0", "inmemory"]}"""u8);
smaller.Load(directory);
output.Append($"expired {smaller.Record(hybrid.Id, 1, 1)}\n");

ShowError("config", () => new NativeRouter("""{"strategy": "best"}"""u8).Dispose(), withMessage: true);
ShowError("utf8", () => new NativeRouter([0xff]).Dispose());
ShowError("no_backend", () => loaded.Route("who"u8, 0));
ShowError("argument", () => loaded.Record(hybrid.Id, double.NaN, 1));
ShowError("offsets", () => loaded.RouteBatch("who"u8, [0, 3, 2], batch));
ShowError("range", () => loaded.Posterior(99, 0));
ShowError("state", () => loaded.Load($"{directory}/missing"));
ShowError("buffer", () => TooSmall(loaded.DangerousGetHandle()));
loaded.Dispose();
ShowError("handle", () => loaded.Route("who"u8));
using Stream standardOutput = Console.OpenStandardOutput();
standardOutput.Write(Encoding.UTF8.GetBytes(output.ToString()));

void Show(string label, Decision[] decisions)
{
    foreach (Decision d in decisions)
    {
        ReadOnlySpan<byte> id = d.Id;
        output.Append($"{label} {Convert.ToHexStringLower(id)} {router.Backends[d.Backend]} {router.QueryTypes[d.QueryType]} ");
        output.Append($"{BitConverter.SingleToUInt32Bits(d.Confidence):x8} {d.Variant} {d.Flags}\n");
    }
}

void ShowError(string name, Action call, bool withMessage = false)
{
    try
    {
        call();
    }
    catch (NativeRouterException problem) when (problem.Message.Length > 0)
    {
        output.Append($"error {name} {problem.Status}{(withMessage ? $" {problem.Message}" : "")}\n");
        return;
    }

    throw new InvalidOperationException($"{name} was accepted");
}

static unsafe void TooSmall(nint router)
{
    byte small;
    nuint required;
    NativeRouter.Check(NativeMethods.BackendName(router, 0, &small, 1, &required));
}

using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HoloLoom.Fast.Load;

var url = new Option<string?>("--url") { Description = "The server's HTTP address, for example http://127.0.0.1:8080.", HelpName = "URL" };
var resp = new Option<string?>("--resp") { Description = "The server's RESP address: HOST:PORT, or unix:PATH.", HelpName = "ADDRESS" };
var rate = new Option<double>("--rate") { Description = "Decisions per second, on average.", DefaultValueFactory = _ => 2000, HelpName = "N" };
var steady = new Option<double>("--steady")
{
    Description = "Instead of a day: single requests over HTTP and nothing else, so many a second, evenly spaced.",
    HelpName = "N",
};
var warmUp = new Option<double>("--warm-up") { Description = "How long a steady rate is kept before it is measured.", DefaultValueFactory = _ => 5, HelpName = "SECONDS" };
var seconds = new Option<double>("--seconds") { Description = "How long it takes.", DefaultValueFactory = _ => 60, HelpName = "N" };
var connections = new Option<int>("--connections") { Description = "How many connections.", DefaultValueFactory = _ => 16, HelpName = "N" };
var seed = new Option<int>("--seed") { Description = "The same seed plays the same day.", DefaultValueFactory = _ => 1, HelpName = "N" };
var pid = new Option<int>("--pid") { Description = "The server's process, to report its memory.", HelpName = "PID" };
var export = new Option<string?>("--export") { Description = "Where to write the report, as Markdown and JSON.", HelpName = "DIRECTORY" };
var name = new Option<string>("--name") { Description = "The name of the report's files.", DefaultValueFactory = _ => "ServerDay", HelpName = "NAME" };
var command = new RootCommand(
    "Plays a realistic day against a server: bursts, queries of which a few are frequent, feedback that is delayed, repeated or missing. Requests are sent when "
    + "they are due, whether or not earlier ones are answered. The environment variable HOLOLOOM_API_KEY is the key, if the server wants one.")
{
    url, resp, rate, steady, warmUp, seconds, connections, seed, pid, export, name,
};
command.SetAction(async (parsed, stop) =>
{
    if (parsed.GetValue(url) is null == parsed.GetValue(resp) is null)
    {
        Console.Error.WriteLine("Give one of --url and --resp: the server to load.");
        return 2;
    }

    string[] queries = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "queries.txt"));
    int day = parsed.GetValue(seed);
    double length = parsed.GetValue(seconds);
    string? key = Environment.GetEnvironmentVariable("HOLOLOOM_API_KEY");
    string pattern = string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(rate):0} decisions a second on average");
    var memory = new List<long>();
    IRun run;
    if (parsed.GetValue(steady) > 0)
    {
        if (parsed.GetValue(url) is not { } address)
        {
            Console.Error.WriteLine("A steady rate is played over HTTP: give --url.");
            return 2;
        }

        pattern = string.Create(
            CultureInfo.InvariantCulture, $"{parsed.GetValue(steady):0} single decisions a second, evenly spaced, after {parsed.GetValue(warmUp):0} s to warm up");
        var steadyRun = new SteadyRun(
            new Uri(address), parsed.GetValue(steady), length, parsed.GetValue(warmUp), parsed.GetValue(connections), day, queries, key);
        steadyRun.Play(stop);
        run = steadyRun;
    }
    else
    {
        await using ITarget target = parsed.GetValue(resp) is { } address
            ? await RespTarget.ConnectAsync(Endpoint(address), parsed.GetValue(connections), key)
            : new HttpTarget(new Uri(parsed.GetValue(url)!), parsed.GetValue(connections), key);
        var dayRun = new DayRun(target, new Day(parsed.GetValue(rate), length, queries.Length, day), new Feedback(day, length), queries);
        const int Parts = 10;
        await dayRun.PlayAsync(
            second =>
            {
                if (parsed.GetValue(pid) > 0 && memory.Count < (int)(second * Parts / length))
                {
                    memory.Add(ResidentBytes(parsed.GetValue(pid)));
                }
            },
            stop);
        run = dayRun;
    }

    string what = string.Create(
        CultureInfo.InvariantCulture,
        $"{(parsed.GetValue(resp) is null ? "HTTP" : "RESP")}, {pattern}, {parsed.GetValue(connections)} connections, client and server on the same cores");
    string report = Report.Markdown(run, what, memory);
    Console.Write(report);
    if (parsed.GetValue(export) is { } directory)
    {
        Report.Write(directory, parsed.GetValue(name)!, report, run, memory);
    }

    return run.Errors.Count == 0 && run.Unanswered == 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();

static EndPoint Endpoint(string address) =>
    address.StartsWith("unix:", StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(address["unix:".Length..]) : IPEndPoint.Parse(address);

static long ResidentBytes(int process)
{
    using var server = System.Diagnostics.Process.GetProcessById(process);
    return server.WorkingSet64;
}

using System.Diagnostics;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary>One run of <c>hololoom route</c>: batches of lines in, decisions out, until the input, the reader or the user ends it.</summary>
internal sealed class RouteRun
{
    private readonly Decision[] _decisions = new Decision[LineReader.MaxLines];
    private readonly QueryLine _line = new();
    private bool _readerLeft;
    private long _rejected;

    public required string? File { get; init; }

    public required string? ConfigFile { get; init; }

    public required RouterOptions Options { get; init; }

    public required string? Available { get; init; }

    public required bool JsonInput { get; init; }

    public required bool Tsv { get; init; }

    public required bool Explain { get; init; }

    public required bool NoProgress { get; init; }

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CliException">Something cannot be read, written or used.</exception>
    public int Run()
    {
        // The input first: a typing error in its name is not to leave a new state directory behind.
        using InputFile input = InputFile.Open(File);
        using Stream stdout = StandardOutput.Open();
        using var signal = new StopSignal();
        Router router = CommonOptions.Open(Options, ConfigFile);
        foreach (string message in router.StateMessages)
        {
            StandardError.Warn(message);
        }

        long start = Stopwatch.GetTimestamp();
        RouteSummary summary;
        try
        {
            summary = new RouteSummary(router);
            BackendSet available = AvailableSet(router);
            var output = new OutputBuffer(stdout);
            IDecisionWriter writer = Tsv ? new TsvWriter(output, router) : new JsonLinesWriter(output, router, available);
            var lines = new LineReader(input.Stream, input.Name);
            ProgressBar.Run(input.Length, NoProgress, report => RouteAll(lines, router, available, writer, output, summary, report, signal.Token));
        }
        finally
        {
            // Whatever ended the run, the decisions that were handed out must stay creditable.
            Close(router);
        }

        if (!_readerLeft)
        {
            summary.Write(Stopwatch.GetElapsedTime(start));
        }

        return signal.ExitCode ?? (_rejected == 0 ? ExitCode.Done : ExitCode.SomeRejected);
    }

    private void RouteAll(
        LineReader lines, Router router, BackendSet available, IDecisionWriter writer, OutputBuffer output, RouteSummary summary, Action<long> report, CancellationToken stop)
    {
        try
        {
            while (lines.Read(stop))
            {
                int count = Explain ? RouteExplained(lines, router, available, writer)
                    : JsonInput ? RouteObjects(lines, router, available, writer)
                    : RouteBatch(lines, router, available, writer);
                output.Flush();
                summary.Count(_decisions.AsSpan(0, count));
                report(lines.BytesRead);
            }
        }
        catch (OperationCanceledException)
        {
            // Every batch that was read has been answered in full.
        }
        catch (ClosedPipeException)
        {
            // As head does once it has enough: it wants no more words either.
            _readerLeft = true;
        }
    }

    private int RouteBatch(LineReader lines, Router router, BackendSet available, IDecisionWriter writer)
    {
        Span<Decision> decisions = _decisions.AsSpan(0, lines.Count);
        router.RouteBatch(lines.Text, lines.Offsets, decisions, available);
        for (int i = 0; i < decisions.Length; i++)
        {
            writer.Write(lines[i], decisions[i], null);
        }

        return decisions.Length;
    }

    // A line that is no query is told and passed over, as hololoom learn does with outcomes.
    private int RouteObjects(LineReader lines, Router router, BackendSet available, IDecisionWriter writer)
    {
        int count = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            if (_line.Parse(lines[i]) is string problem)
            {
                _rejected++;
                StandardError.WriteLine(FormattableString.Invariant($"{lines.Name}:{lines.FirstLine + i}: invalid: {problem}"));
                continue;
            }

            _decisions[count] = _line.HasUnit ? router.Route(_line.Query, available, _line.Unit) : router.Route(_line.Query, available);
            writer.Write(_line.Query, _decisions[count++], null);
        }

        return count;
    }

    private int RouteExplained(LineReader lines, Router router, BackendSet available, IDecisionWriter writer)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            _decisions[i] = router.Route(lines[i], available, out Explanation explanation);
            writer.Write(lines[i], _decisions[i], explanation);
        }

        return lines.Count;
    }

    private BackendSet AvailableSet(Router router)
    {
        if (Available is null)
        {
            return BackendSet.All;
        }

        string[] names = Available.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            throw new CliException("no backend is available", "--available names none", $"Name one or more of {string.Join(", ", router.Backends)}.");
        }

        try
        {
            return router.SetOf(names);
        }
        catch (ArgumentException exception)
        {
            string unknown = string.Join(", ", names.Except(router.Backends));
            throw new CliException("unknown backend", $"--available {unknown}", $"The configuration has {string.Join(", ", router.Backends)}.", exception);
        }
    }

    private void Close(Router router)
    {
        try
        {
            if (Options.StateDirectory is not null)
            {
                router.Flush();
            }

            router.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CommonOptions.StateFailure("cannot save the state", Options.StateDirectory, exception);
        }
    }
}

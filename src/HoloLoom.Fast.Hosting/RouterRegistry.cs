using System.Buffers;
using System.Text;
using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Hosting;

/// <summary>The routers of a process: the default one and others by name, each with its own configuration and state.</summary>
/// <remarks>
/// Thread-safe; finding a router takes no lock and allocates nothing. Where the default router has a state directory, the others' states and
/// configurations lie below it, in <c>routers/NAME</c>, and are there again after a restart. Of the default router everything must be in order;
/// another one whose files cannot be used is left out (<see cref="NotServed"/>) and keeps no other from its work.
/// </remarks>
public sealed partial class RouterRegistry : IDisposable
{
    /// <summary>The name of the default router.</summary>
    public const string DefaultName = "default";

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly Lock _gate = new();
    private readonly RouterRegistryOptions _options;
    private readonly RegistryFiles? _files;
    private readonly List<string> _messages = [];
    private Dictionary<string, HostedRouter> _routers = new(StringComparer.Ordinal);
    private Dictionary<string, string> _notServed = new(StringComparer.Ordinal);
    private readonly Timer? _supervision;
    private int _supervising;
    private bool _disposed;

    /// <summary>Builds the default router, and those that an earlier process left.</summary>
    /// <param name="defaultOptions">The default router's configuration. Null: the defaults.</param>
    /// <param name="options">Limits. Null: the defaults.</param>
    /// <exception cref="RouterConfigurationException">An option is not usable.</exception>
    /// <exception cref="IOException">The default router's state directory is in use, cannot be read or written, or holds no intact state.</exception>
    public RouterRegistry(RouterOptions? defaultOptions = null, RouterRegistryOptions? options = null)
    {
        _options = options ?? new RouterRegistryOptions();
        RouterOptions first = defaultOptions ?? new RouterOptions();
        Default = new HostedRouter(DefaultName, first, CheckGrowth);
        try
        {
            _routers.Add(DefaultName, Default);
            if (first.StateDirectory is string directory)
            {
                _files = new RegistryFiles(directory);
                foreach ((string name, RouterOptions? saved, string unusable) in _files.Load(_messages))
                {
                    string problem = saved is null ? unusable : TryHost(name, saved with { TimeProvider = first.TimeProvider });
                    if (problem.Length > 0)
                    {
                        _notServed.Add(name, problem);
                        _messages.Add($"The router '{name}' is not served: {problem} Repair '{_files.StateOf(name)}' and start again, or remove the router.");
                    }
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        if (_options.SupervisionInterval != Timeout.InfiniteTimeSpan)
        {
            _supervision = new Timer(static registry => ((RouterRegistry)registry!).Supervise(), this, _options.SupervisionInterval, _options.SupervisionInterval);
        }
    }

    /// <summary>The default router.</summary>
    public HostedRouter Default { get; }

    /// <summary>All routers, the default one first, at this moment.</summary>
    public IReadOnlyCollection<HostedRouter> Routers => Volatile.Read(ref _routers).Values;

    /// <summary>Routers that an earlier process left and that could not be started, by name, each with why. Their files are as they were.</summary>
    public IReadOnlyDictionary<string, string> NotServed => Volatile.Read(ref _notServed);

    /// <summary>What an operator should know of the start: damaged files passed over, learned cells that are not configured.</summary>
    public IReadOnlyList<string> Messages => [.. _messages, .. Routers.SelectMany(static router => router.Current.StateMessages.Select(message => $"{router.Name}: {message}"))];

    /// <summary>Finds a router by name.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null if there is none.</returns>
    public HostedRouter? Find(ReadOnlySpan<char> name) =>
        Volatile.Read(ref _routers).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out HostedRouter? router) ? router : null;

    /// <summary>Finds a router by name.</summary>
    /// <param name="utf8Name">Its name in UTF-8.</param>
    /// <returns>Null if there is none.</returns>
    public HostedRouter? Find(ReadOnlySpan<byte> utf8Name)
    {
        if (utf8Name.Length > MaxNameLength)
        {
            return null;
        }

        Span<char> name = stackalloc char[MaxNameLength];
        return Ascii.ToUtf16(utf8Name, name, out int length) == OperationStatus.Done ? Find(name[..length]) : null;
    }

    /// <summary>Makes a router.</summary>
    /// <param name="name">Its name: 1 to 64 letters, digits and <c>- _ .</c>, not beginning with a dot.</param>
    /// <param name="options">Its configuration, without a state directory.</param>
    /// <exception cref="ArgumentException">The name is not usable, or the options name a state directory.</exception>
    /// <exception cref="InvalidOperationException">There is a router of this name, its directory is there, or there would be too many, or too large ones.</exception>
    /// <exception cref="RouterConfigurationException">An option is not usable.</exception>
    /// <exception cref="IOException">Its directory cannot be used.</exception>
    public HostedRouter Create(string name, RouterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (NameProblem(name) is string problem)
        {
            throw new ArgumentException(problem, nameof(name));
        }

        if (options.StateDirectory is not null)
        {
            throw new ArgumentException("The options name a state directory; a named router's is below the default router's.", nameof(options));
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_routers.ContainsKey(name))
            {
                throw new InvalidOperationException($"There is a router '{name}' already; replace its configuration instead, or remove it first.");
            }

            if (_routers.Count > _options.MaxRouters)
            {
                throw new InvalidOperationException($"There are {_options.MaxRouters} routers beside the default one, as many as are allowed; remove one first.");
            }

            CheckRoom(name, options);
            HostedRouter router;
            if (_files is null)
            {
                router = Host(name, options);
            }
            else
            {
                // Somebody's state or configuration that could not be used at the start: neither to be learned from nor to be overwritten.
                if (_notServed.TryGetValue(name, out string? reason))
                {
                    throw new InvalidOperationException(
                        $"There is a router '{name}' that is not served: {reason} Repair '{_files.StateOf(name)}' and start again, or remove the router.");
                }

                if (_files.Exists(name))
                {
                    throw new InvalidOperationException(
                        $"'{_files.StateOf(name)}' is there already, but is no router in use; repair it and start again, move it away, or choose another name.");
                }

                using var probe = new Router(options);
                try
                {
                    _files.Save(name, probe.Options);
                    router = Host(name, options with { StateDirectory = _files.StateOf(name) });
                }
                catch
                {
                    // Else a restart would find a router that nobody was told of.
                    _files.Delete(name);
                    throw;
                }
            }

            Volatile.Write(ref _routers, new Dictionary<string, HostedRouter>(_routers, StringComparer.Ordinal) { [name] = router });
            return router;
        }
    }

    /// <summary>Ends a router and deletes its state and configuration; also of one that is not served.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>False if there is none.</returns>
    /// <exception cref="ArgumentException">It is the default router.</exception>
    /// <exception cref="IOException">Its directory could not be deleted; the router is gone all the same until a restart.</exception>
    public bool Remove(string name)
    {
        if (name == DefaultName)
        {
            throw new ArgumentException("The default router cannot be removed.", nameof(name));
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_notServed.ContainsKey(name))
            {
                var others = new Dictionary<string, string>(_notServed, StringComparer.Ordinal);
                others.Remove(name);
                _files!.Delete(name);
                Volatile.Write(ref _notServed, others);
                return true;
            }

            if (!_routers.TryGetValue(name, out HostedRouter? router))
            {
                return false;
            }

            var rest = new Dictionary<string, HostedRouter>(_routers, StringComparer.Ordinal);
            rest.Remove(name);
            Volatile.Write(ref _routers, rest);
            router.Dispose();
            _files?.Delete(name);
            return true;
        }
    }

    /// <summary>Writes what all routers learned.</summary>
    /// <exception cref="AggregateException">States that could not be written; the others were.</exception>
    public void FlushAll()
    {
        var problems = new List<Exception>();
        foreach (HostedRouter router in Routers)
        {
            try
            {
                router.Current.Flush();
            }
            catch (Exception problem) when (problem is IOException or ObjectDisposedException)
            {
                problems.Add(problem);
            }
        }

        if (problems.Count > 0)
        {
            throw new AggregateException(problems);
        }
    }

    /// <summary>Ends all routers; their states are flushed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _supervision?.Dispose();
            var problems = new List<Exception>();
            foreach (HostedRouter router in _routers.Values)
            {
                try
                {
                    router.Dispose();
                }
                catch (IOException problem)
                {
                    problems.Add(problem);
                }
            }

            if (problems.Count > 0)
            {
                throw new AggregateException(problems);
            }
        }
    }

    /// <summary>Why a name cannot be a router's; null if it can.</summary>
    internal static string? NameProblem(string? name) =>
        string.IsNullOrEmpty(name) ? "A router needs a name."
        : name.Length > MaxNameLength ? $"The name has {name.Length} characters; a router's has at most {MaxNameLength}."
        : name.AsSpan().ContainsAnyExcept(s_nameCharacters) || name[0] == '.'
            ? $"'{name}' cannot be a router's name: letters, digits and - _ . are allowed, and it must not begin with a dot."
        : null;

    private void Supervise()
    {
        if (Interlocked.Exchange(ref _supervising, 1) == 1)
        {
            return;
        }

        try
        {
            foreach (HostedRouter hosted in Routers)
            {
                Router router = hosted.Current;
                if (router.Options.Experiment is { } experiment && (experiment.PromotedShare is not null || experiment.Guardrails != new GuardrailOptions()))
                {
                    _ = ExperimentSupervisor.Step(router);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Removed or replaced meanwhile: the next time it is the new one's turn.
        }
        finally
        {
            Volatile.Write(ref _supervising, 0);
        }
    }

    // Why it cannot be started; empty if it was.
    private string TryHost(string name, RouterOptions options)
    {
        try
        {
            _routers.Add(name, Host(name, options));
            return "";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or RouterConfigurationException)
        {
            return problem.Message;
        }
    }

    private HostedRouter Host(string name, RouterOptions options) => new(name, options, (router, checkedOptions) =>
    {
        CheckGrowth(router, checkedOptions);
        _files?.Save(name, checkedOptions);
    });
}

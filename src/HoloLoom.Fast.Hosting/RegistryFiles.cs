namespace HoloLoom.Fast.Hosting;

/// <summary>Where the named routers' configurations and states lie: <c>routers/NAME</c> below the default router's state directory.</summary>
internal sealed class RegistryFiles(string stateDirectory)
{
    private const string ConfigurationName = "configuration.json";

    // No router's name begins with a dot.
    private const string RemovedPrefix = ".removed-";

    private readonly string _root = Path.Combine(stateDirectory, "routers");

    /// <summary>The state directory of a router.</summary>
    public string StateOf(string name) => Path.Combine(_root, name);

    /// <summary>Whether something lies where a router of this name would.</summary>
    public bool Exists(string name) => Path.Exists(StateOf(name));

    /// <summary>The routers that were saved, with their state directories; or with why their configuration cannot be used.</summary>
    /// <param name="messages">What else lies there is told, and left where it is.</param>
    public IEnumerable<(string Name, RouterOptions? Options, string Problem)> Load(List<string> messages)
    {
        if (!Directory.Exists(_root))
        {
            yield break;
        }

        foreach (string directory in Directory.EnumerateDirectories(_root).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(directory);
            if (name.StartsWith(RemovedPrefix, StringComparison.Ordinal))
            {
                DeleteRest(directory, messages);
                continue;
            }

            string file = Path.Combine(directory, ConfigurationName);
            if (RouterRegistry.NameProblem(name) is not null || name == RouterRegistry.DefaultName || !File.Exists(file))
            {
                messages.Add($"'{directory}' is not a router: it is left alone.");
                continue;
            }

            RouterOptions? options = null;
            string problem = "";
            try
            {
                options = RouterOptions.FromFile(file) with { StateDirectory = directory };
            }
            catch (Exception found) when (found is RouterConfigurationException or IOException or UnauthorizedAccessException)
            {
                problem = $"its configuration '{file}' cannot be used: {found.Message}";
            }

            yield return (name, options, problem);
        }
    }

    /// <summary>Writes a configuration; a crash leaves the one before or this one.</summary>
    public void Save(string name, RouterOptions options)
    {
        string directory = StateOf(name), file = Path.Combine(directory, ConfigurationName), temporary = file + ".tmp";
        try
        {
            Directory.CreateDirectory(directory);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                stream.Write(options.ToJson());
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException($"The configuration of the router '{name}' cannot be written: {problem.Message} Make the state directory writable.", problem);
        }
    }

    /// <summary>
    /// Deletes all of a router. It is renamed first: a crash leaves all of it or nothing under its name, so that a later router of that name
    /// never begins with what this one learned.
    /// </summary>
    public void Delete(string name)
    {
        string directory = StateOf(name), removed = Path.Combine(_root, RemovedPrefix + Guid.NewGuid().ToString("N"));
        if (!Directory.Exists(directory))
        {
            return;
        }

        try
        {
            Directory.Move(directory, removed);
            Directory.Delete(removed, recursive: true);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException($"The directory of the router '{name}' cannot be deleted: {problem.Message}", problem);
        }
    }

    // What a crash left of a router that was removed.
    private static void DeleteRest(string directory, List<string> messages)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            messages.Add($"'{directory}' is the rest of a router that was removed, and cannot be deleted: {problem.Message}");
        }
    }
}

using System.CommandLine;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string?> Config() => new("--config")
    {
        Description = "The configuration, a JSON file; see 'hololoom config init'.",
        HelpName = "FILE",
    };

    public static Option<string?> State(string description, bool required = false) => new("--state")
    {
        Description = description,
        HelpName = "DIR",
        Required = required,
    };

    /// <summary>Makes an argument refuse what looks like an option: a mistyped one would otherwise be taken for a file's name.</summary>
    public static Argument<T> RefusingOptions<T>(this Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] value }, ..])
            {
                result.AddError($"Unrecognized option '{value}'; a file of that name is './{value}'");
            }
        });
        return argument;
    }

    /// <summary>The options in the file, or the defaults.</summary>
    /// <exception cref="CliException">The file cannot be read, or is not a usable configuration.</exception>
    public static RouterOptions Load(string? configFile)
    {
        if (configFile is null)
        {
            return new RouterOptions();
        }

        try
        {
            return RouterOptions.FromFile(configFile);
        }
        catch (RouterConfigurationException exception)
        {
            // The message names the file.
            throw new CliException("bad configuration", exception.Message, "", exception);
        }
    }

    /// <summary>Builds the router, with the configuration's name in what may be wrong with it.</summary>
    /// <exception cref="CliException">The configuration or the state directory cannot be used.</exception>
    public static Router Open(RouterOptions options, string? configFile)
    {
        try
        {
            return new Router(options);
        }
        catch (RouterConfigurationException exception)
        {
            throw new CliException("bad configuration", $"{configFile ?? "command line"}: {exception.Message}", "", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw StateFailure("cannot open the state", options.StateDirectory, exception);
        }
    }

    /// <summary>Refuses a state directory that is not there, where creating one would only hide a typing error.</summary>
    /// <exception cref="CliException">It does not exist.</exception>
    public static void RequireState(string directory)
    {
        if (!Directory.Exists(directory))
        {
            string reason = File.Exists(directory) ? "is not a directory" : "does not exist";
            throw new CliException("cannot open the state", $"{directory} {reason}", "Name the directory that 'hololoom route --state' was given.");
        }
    }

    /// <summary>An error of the state directory as the user is to read it.</summary>
    public static CliException StateFailure(string what, string? directory, Exception exception) =>
        exception.Message.Contains(directory ?? "\n", StringComparison.Ordinal)
            ? new CliException(what, exception.Message, "", exception)
            : new CliException(what, $"{directory}: {exception.Message}", "", exception);
}

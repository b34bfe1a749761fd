using Microsoft.Extensions.Configuration;

namespace HoloLoom.Fast.Hosting;

/// <summary>Reads a router's options from a section of an application's configuration.</summary>
internal static class RoutingSection
{
    private const string StateDirectoryKey = "stateDirectory";

    /// <exception cref="RouterConfigurationException">A key or value is not usable; the path begins with the section's.</exception>
    public static RouterOptions Read(IConfiguration section)
    {
        try
        {
            // The engine's files have no such key: where state lies is no part of what is learned under.
            RouterOptions options = RouterOptions.FromJson(ConfigurationJson.From(section, except: StateDirectoryKey));
            return section[StateDirectoryKey] is { Length: > 0 } directory ? options with { StateDirectory = directory } : options;
        }
        catch (RouterConfigurationException problem) when (section is IConfigurationSection { Path: { Length: > 0 } path })
        {
            throw new RouterConfigurationException(problem.Path, $"{problem.Reason} (in the configuration section '{path}')", problem);
        }
    }
}

using System.Diagnostics.Metrics;
using HoloLoom.Fast.Hosting.Metering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HoloLoom.Fast.Hosting;

/// <summary>Routing as a service of an application.</summary>
public static class RoutingServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="HostedRouter"/>, the <see cref="RouterRegistry"/> that it is the default of, its <see cref="RoutingMeter"/>, a health check
    /// named <c>routing</c>, and a service that checks the configuration at the start, takes over its changes, and flushes what was learned at the end.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="section">
    /// The part of the application's configuration that holds the router's, with the keys of a configuration file and, beside them,
    /// <c>stateDirectory</c>.
    /// </param>
    /// <remarks>When the section changes, the new configuration is put in force if it is valid; else it is logged, and the old one stays.</remarks>
    public static IServiceCollection AddHoloLoomRouting(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddHoloLoomRouting(_ => RoutingSection.Read(section), section);
    }

    /// <summary>Adds a router of fixed options.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <inheritdoc cref="AddHoloLoomRouting(IServiceCollection, IConfiguration)" path="/summary"/>
    public static IServiceCollection AddHoloLoomRouting(this IServiceCollection services, RouterOptions? options = null) =>
        services.AddHoloLoomRouting(_ => options ?? new RouterOptions());

    /// <summary>Adds a router whose options need other services, such as a classifier.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Makes the options.</param>
    /// <inheritdoc cref="AddHoloLoomRouting(IServiceCollection, IConfiguration)" path="/summary"/>
    public static IServiceCollection AddHoloLoomRouting(this IServiceCollection services, Func<IServiceProvider, RouterOptions> options) =>
        services.AddHoloLoomRouting(options, section: null);

    private static IServiceCollection AddHoloLoomRouting(this IServiceCollection services, Func<IServiceProvider, RouterOptions> options, IConfiguration? section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(provider => new RouterRegistry(options(provider), provider.GetService<RouterRegistryOptions>()));
        services.TryAddSingleton(static provider => provider.GetRequiredService<RouterRegistry>().Default);
        services.TryAddSingleton(static provider => new RoutingMeter(provider.GetRequiredService<RouterRegistry>(), provider.GetService<IMeterFactory>()));
        services.AddSingleton<IHostedService>(provider =>
        {
            // Somebody has to ask for it, or there would be no meter to listen to.
            provider.GetRequiredService<RoutingMeter>();
            return new RoutingService(provider.GetRequiredService<RouterRegistry>(), section, provider.GetRequiredService<ILogger<RoutingService>>());
        });
        services.AddHealthChecks().Add(new("routing", static provider => new RoutingHealthCheck(provider.GetRequiredService<RouterRegistry>()), null, null));
        return services;
    }
}

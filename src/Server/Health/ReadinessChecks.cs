namespace Relay.Health;

/// <summary>What a node checks when it is asked whether it is ready.</summary>
internal static class ReadinessChecks
{
    /// <summary>
    /// What health checks log. They log an error each time that a check fails, so a load balancer would fill the log
    /// while a node starts or drains. The node logs the causes itself, once.
    /// </summary>
    private const string LogCategory = "Microsoft.Extensions.Diagnostics.HealthChecks";

    /// <summary>The answer names the first check that fails, in this order.</summary>
    public static void AddReadinessChecks(this IServiceCollection services)
    {
        services.AddLogging(logging => logging.AddFilter(LogCategory, LogLevel.None));
        services.AddHealthChecks()
            .AddCheck<LifetimeCheck>("lifetime")
            .AddCheck<ServicesReachedCheck>("services")
            .AddCheck<DescriptorCheck>("descriptors");
    }
}

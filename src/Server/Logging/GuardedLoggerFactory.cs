using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Relay.Logging;

/// <summary>
/// Makes loggers that bound what clients can do to a log, whatever provider or format it has: each kind of line has
/// a rate for the whole node, and what a client may have chosen is cut and escaped.
/// </summary>
internal sealed class GuardedLoggerFactory(ILoggerFactory inner, TimeProvider time) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, GuardedLogger> loggers = [];

    public ILogger CreateLogger(string categoryName) => loggers.GetOrAdd(
        categoryName,
        static (name, self) => new GuardedLogger(self.Inner.CreateLogger(name), self.Time),
        (Inner: inner, Time: time));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        foreach (var logger in loggers.Values)
        {
            logger.End();
        }

        inner.Dispose();
    }

    /// <summary>Puts it in front of the factory of the framework.</summary>
    public static void Add(IServiceCollection services) => services.Replace(
        ServiceDescriptor.Singleton<ILoggerFactory>(provider => new GuardedLoggerFactory(
            new LoggerFactory(
                provider.GetServices<ILoggerProvider>(),
                provider.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
                provider.GetRequiredService<IOptions<LoggerFactoryOptions>>(),
                provider.GetService<IExternalScopeProvider>()),
            provider.GetRequiredService<TimeProvider>())));
}

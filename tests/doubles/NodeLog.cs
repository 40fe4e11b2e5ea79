using Microsoft.Extensions.Logging;

namespace Relay.Doubles;

/// <summary>All that a node logs, each value of a line by itself, too.</summary>
[ProviderAlias("Log")]
internal sealed class NodeLog : ILoggerProvider, ILogger
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];

    public string[] Lines
    {
        get
        {
            lock (gate)
            {
                return [.. lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Add(state.ToString());
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        Add(formatter(state, exception));
        Add(exception?.ToString());
        foreach (var value in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            Add(value.Value?.ToString());
        }
    }

    public void Dispose()
    {
    }

    private void Add(string? line)
    {
        lock (gate)
        {
            lines.Add(line ?? "");
        }
    }
}
